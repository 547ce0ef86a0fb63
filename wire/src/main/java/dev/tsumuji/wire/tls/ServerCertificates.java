package dev.tsumuji.wire.tls;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS for servers that answer for many names: for each name that a client asks for, a certificate made when it is first
 * needed. At most {@value #KEPT_MAX} are kept, those used last; all of them have one key, made at each start. Names that aren't
 * the platform's get the alert {@code unrecognized_name}. Thread-safe; the kept ones are guarded by their map's lock.
 */
public final class ServerCertificates {
    private static final int KEPT_MAX = 512;
    private static final Duration RENEWED_BEFORE_END = Duration.ofDays(30);

    /** Stands for a client that names no host; no host is called so. */
    private static final String UNNAMED = "";

    private final CertificateAuthority authority;
    private final ServerNames names;
    private final InstantSource clock;
    private final KeyPair keys;
    private final SSLContext context;

    private final Map<String, X509Certificate> kept = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, X509Certificate> eldest) {
            return size() > KEPT_MAX;
        }
    };

    public ServerCertificates(CertificateAuthority authority, ServerNames names, InstantSource clock) {
        this.authority = authority;
        this.names = names;
        this.clock = clock;
        try {
            this.keys = CertificateAuthority.newKeys(new SecureRandom());
            this.context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new Keys()}, new TrustManager[0], null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no TLS", e);
        }
    }

    /** The server's side of one connection: TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1 offered. */
    public SSLEngine engine() {
        var engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        var parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
        parameters.setSNIMatchers(List.of(new Ours()));
        engine.setSSLParameters(parameters);
        return engine;
    }

    X509Certificate certificate(String name) {
        synchronized (kept) {
            var known = kept.get(name);
            if (known != null
                    && known.getNotAfter().toInstant().minus(RENEWED_BEFORE_END).isAfter(clock.instant())) {
                return known;
            }
        }
        var made = authority.issue(keys.getPublic(), name.equals(UNNAMED) ? names.unnamed() : List.of(name));
        synchronized (kept) {
            kept.put(name, made);
        }
        return made;
    }

    int kept() {
        synchronized (kept) {
            return kept.size();
        }
    }

    private static String asked(@Nullable SSLSession session) {
        if (session instanceof ExtendedSSLSession extended) {
            for (SNIServerName name : extended.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName().toLowerCase(Locale.ROOT);
                }
            }
        }
        return UNNAMED;
    }

    private final class Ours extends SNIMatcher {
        Ours() {
            super(StandardConstants.SNI_HOST_NAME);
        }

        @Override
        public boolean matches(SNIServerName name) {
            try {
                var host = new SNIHostName(name.getEncoded());
                return names.has(host.getAsciiName().toLowerCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
    }

    /** The alias of a key is the name that the client asked for. */
    private final class Keys extends X509ExtendedKeyManager {
        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return keyType.equals("EC") && engine != null ? asked(engine.getHandshakeSession()) : null;
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            return alias.equals(UNNAMED) || names.has(alias)
                    ? new X509Certificate[] {certificate(alias), authority.certificate()}
                    : null;
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return keys.getPrivate();
        }

        @Override
        public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }
    }
}
