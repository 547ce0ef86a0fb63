package dev.tsumuji.wire;

import dev.tsumuji.kernel.call.Credential;
import dev.tsumuji.kernel.call.Credentials;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.call.Session;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A handful of keys in memory. */
public final class Keys implements Credentials {
    public static final String ID = "AKIDEXAMPLE";
    public static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    public static final String TEMPORARY_ID = "ASIDEXAMPLE";
    public static final String TOKEN = "token/with+signs==";

    private final Map<String, Credential> byId = new HashMap<>();

    public Keys() {
        var root = new Principal.Root("000000000000");
        byId.put(ID, new Credential(ID, SECRET, null, root, null));
        var role = new Principal.AssumedRole("000000000000", "/", "worker", "AROAEXAMPLE", "session");
        byId.put(
                TEMPORARY_ID,
                new Credential(
                        TEMPORARY_ID,
                        SECRET,
                        TOKEN,
                        role,
                        Session.plain(Instant.parse("2015-08-30T00:00:00Z"), Instant.parse("2099-01-01T00:00:00Z"))));
    }

    public Keys with(Credential credential) {
        byId.put(credential.accessKeyId(), credential);
        return this;
    }

    @Override
    public Optional<Credential> find(String accessKeyId, @Nullable String sessionToken) {
        return Optional.ofNullable(byId.get(accessKeyId))
                .filter(key -> key.sessionToken() == null
                        ? sessionToken == null
                        : key.sessionToken().equals(sessionToken));
    }

    @Override
    public Credential issue(Principal principal, Session session) {
        throw new UnsupportedOperationException("not needed");
    }
}
