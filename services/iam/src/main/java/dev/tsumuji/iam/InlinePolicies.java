package dev.tsumuji.iam;

import dev.tsumuji.iam.IamKeys.InlinePolicy;
import org.jspecify.annotations.Nullable;

/** Policies embedded in a user, group or role. Stateless. */
final class InlinePolicies {
    private final Directory directory;

    InlinePolicies(Directory directory) {
        this.directory = directory;
    }

    void put(Kind kind, String name, String policyName, String document) {
        Documents.identity(document);
        var account = Directory.account();
        directory.write(txn -> {
            Directory.modifiable(txn, account, kind, name);
            int others = IamKeys.INLINE.all(txn, account, kind.noun(), IamKeys.low(name)).stream()
                    .filter(policy -> !policy.name().equals(policyName))
                    .mapToInt(policy -> Documents.sizeChars(policy.document()))
                    .sum();
            if (others + Documents.sizeChars(document) > kind.inlineMaxChars()) {
                throw IamErrors.limit("Maximum policy size of " + kind.inlineMaxChars() + " bytes exceeded for "
                        + kind.noun() + " " + name);
            }
            IamKeys.INLINE.put(
                    txn, new InlinePolicy(policyName, document), account, kind.noun(), IamKeys.low(name), policyName);
            return null;
        });
    }

    InlinePolicy get(Kind kind, String name, String policyName) {
        var account = Directory.account();
        return directory.read(snapshot -> {
            Directory.require(snapshot, account, kind, name);
            return IamKeys.INLINE
                    .get(snapshot, account, kind.noun(), IamKeys.low(name), policyName)
                    .orElseThrow(() -> IamErrors.noSuch(kind.noun() + " policy", policyName));
        });
    }

    Table.Page<InlinePolicy> list(Kind kind, String name, @Nullable String marker, @Nullable Integer maxItems) {
        var account = Directory.account();
        return directory.read(snapshot -> {
            Directory.require(snapshot, account, kind, name);
            return IamKeys.INLINE.page(
                    snapshot, marker, maxItems, policy -> true, account, kind.noun(), IamKeys.low(name));
        });
    }

    void delete(Kind kind, String name, String policyName) {
        var account = Directory.account();
        directory.write(txn -> {
            Directory.modifiable(txn, account, kind, name);
            if (IamKeys.INLINE
                    .get(txn, account, kind.noun(), IamKeys.low(name), policyName)
                    .isEmpty()) {
                throw IamErrors.noSuch(kind.noun() + " policy", policyName);
            }
            IamKeys.INLINE.delete(txn, account, kind.noun(), IamKeys.low(name), policyName);
            return null;
        });
    }
}
