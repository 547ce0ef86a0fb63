package dev.tsumuji.iam;

import dev.tsumuji.iam.IamKeys.AccessKey;
import dev.tsumuji.iam.IamKeys.Account;
import dev.tsumuji.iam.IamKeys.Reference;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The platform's accounts. The first is {@value #FIRST}; each has a root key, given or random. Thread-safe.
 */
public final class Accounts {
    public static final String FIRST = "000000000000";
    private static final Pattern NAME = Pattern.compile("[\\w+=,.@-]{1,64}");
    private static final Pattern KEY_ID = Pattern.compile("\\w{1,128}");

    private final Directory directory;

    Accounts(Directory directory) {
        this.directory = directory;
    }

    /** A root key that somebody chose: fixed ones let tools with fixed keys run against a platform that verifies. */
    public record RootKey(String id, String secret) {
        public RootKey {
            if (!KEY_ID.matcher(id).matches()) {
                throw new IllegalArgumentException("a key's id is 1 to 128 letters, digits and underscores, not " + id);
            }
            if (secret.isEmpty() || secret.length() > 128) {
                throw new IllegalArgumentException("a key's secret has 1 to 128 characters");
            }
        }

        @Override
        public String toString() {
            return "RootKey[" + id + "]";
        }
    }

    /** An account just made, with the only sight of its secret. */
    public record Created(String number, String name, RootKey rootKey) {
        @Override
        public String toString() {
            return "Created[" + number + ", " + name + "]";
        }
    }

    /** An account as it is listed. */
    public record Listed(String number, String name, String rootKeyId, Instant created) {}

    /**
     * Makes an account.
     *
     * @param name unique on the platform
     * @param chosen null for a random key
     * @throws IllegalArgumentException when the name or key is malformed, or is in use; says what to do
     */
    public Created create(String name, @Nullable RootKey chosen) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "an account's name is 1 to 64 letters, digits and any of _+=,.@-, not " + name);
        }
        var ids = directory.ids();
        var key = chosen == null ? new RootKey(AccessKeys.newId(ids), AccessKeys.newSecret(ids)) : chosen;
        return directory.write(txn -> {
            if (IamKeys.ACCOUNT_NAMES.get(txn, name).isPresent()) {
                throw new IllegalArgumentException("there is an account called " + name + "; choose another name");
            }
            requireFree(txn, key.id());
            var number = number(txn);
            var now = directory.now();
            IamKeys.ACCOUNTS.put(txn, new Account(number, name, key.id(), now), number);
            IamKeys.ACCOUNT_NAMES.put(txn, new Reference(number), name);
            putKey(txn, key, number, now);
            return new Created(number, name, key);
        });
    }

    /**
     * Gives an account another root key; the old one is void from now on. Does nothing when the key is the same.
     *
     * @throws IllegalArgumentException when there is no such account, or the id is in use
     */
    public void changeRootKey(String number, RootKey key) {
        directory.write(txn -> {
            var account = IamKeys.ACCOUNTS
                    .get(txn, number)
                    .orElseThrow(() -> new IllegalArgumentException("there is no account " + number));
            if (!account.rootKeyId().equals(key.id())) {
                requireFree(txn, key.id());
                IamKeys.KEYS.delete(txn, account.rootKeyId());
                IamKeys.ACCOUNTS.put(txn, new Account(number, account.name(), key.id(), account.created()), number);
            }
            putKey(txn, key, number, directory.now());
            return null;
        });
    }

    /** An account's root key, for the platform's own files; empty when there is no such account. */
    public Optional<RootKey> rootKey(String number) {
        return directory.read(snapshot -> IamKeys.ACCOUNTS
                .get(snapshot, number)
                .flatMap(account -> IamKeys.KEYS.get(snapshot, account.rootKeyId()))
                .map(key -> new RootKey(key.id(), key.secret())));
    }

    /** All accounts by number. */
    public List<Listed> list() {
        return directory.read(snapshot -> IamKeys.ACCOUNTS.all(snapshot).stream()
                .map(account -> new Listed(account.number(), account.name(), account.rootKeyId(), account.created()))
                .toList());
    }

    private static void putKey(Txn txn, RootKey key, String number, Instant now) {
        IamKeys.KEYS.put(txn, new AccessKey(key.id(), key.secret(), number, null, true, now), key.id());
    }

    private static void requireFree(Snapshot snapshot, String keyId) {
        if (IamKeys.KEYS.get(snapshot, keyId).isPresent()) {
            throw new IllegalArgumentException("the access key " + keyId + " is in use; choose another");
        }
    }

    private String number(Txn txn) {
        if (IamKeys.ACCOUNTS.get(txn, FIRST).isEmpty()) {
            return FIRST;
        }
        while (true) {
            var number = directory.ids().from("123456789", 1) + directory.ids().from("0123456789", 11);
            if (IamKeys.ACCOUNTS.get(txn, number).isEmpty()) {
                return number;
            }
        }
    }
}
