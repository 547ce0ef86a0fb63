package dev.tsumuji.kernel.call;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The keys that the platform knows. Thread-safe; asked once per request, so an answer takes microseconds, and a key that
 * was deleted or deactivated is gone from the next answer on.
 */
public interface Credentials {

    /**
     * The credential with this access key id. A temporary one is found only with its genuine session token; whether it
     * has expired is for the caller to judge by {@link Session#expiresAt()}.
     */
    Optional<Credential> find(String accessKeyId, @Nullable String sessionToken);

    /** Makes a temporary credential. Nothing is written: the token itself carries, sealed, what it stands for. */
    Credential issue(Principal principal, Session session);
}
