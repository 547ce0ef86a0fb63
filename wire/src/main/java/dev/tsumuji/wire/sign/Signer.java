package dev.tsumuji.wire.sign;

import dev.tsumuji.wire.http.Headers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Signs the requests of our own clients with one key for one region and service. Thread-safe. */
public final class Signer {
    private final String accessKeyId;
    private final String secretAccessKey;
    private final @Nullable String sessionToken;
    private final String region;
    private final String service;
    private final SigningKeys keys = new SigningKeys();

    public Signer(
            String accessKeyId, String secretAccessKey, @Nullable String sessionToken, String region, String service) {
        this.accessKeyId = accessKeyId;
        this.secretAccessKey = secretAccessKey;
        this.sessionToken = sessionToken;
        this.region = region;
        this.service = service;
    }

    /**
     * Signs all of the given headers and the body.
     *
     * @param path as it will be sent
     * @param headers with {@code Host}
     * @return the given headers and those that make the signature
     */
    public Headers sign(
            String method, String path, @Nullable String query, Headers headers, byte[] body, Instant time) {
        return sign(method, path, query, headers, Hash.hex(Hash.sha256(body)), time);
    }

    /** @param payloadHash the body's SHA-256 in hexadecimal, or a word such as {@code UNSIGNED-PAYLOAD} */
    public Headers sign(
            String method, String path, @Nullable String query, Headers headers, String payloadHash, Instant time) {
        var all = headers.with("x-amz-date", AmzDate.format(time)).with("x-amz-content-sha256", payloadHash);
        return withSignature(
                method,
                path,
                query,
                sessionToken == null ? all : all.with("x-amz-security-token", sessionToken),
                payloadHash,
                time);
    }

    /** Signs the headers as they are, {@code x-amz-date} among them. */
    Headers withSignature(
            String method, String path, @Nullable String query, Headers headers, String payloadHash, Instant time) {
        var date = AmzDate.format(time);
        var scope = new Scope(date.substring(0, 8), region, service);
        var signed = names(headers);
        var canonical = canonical(method, path, Canonical.query(query), headers, signed, payloadHash);
        var signature = keys.of(secretAccessKey, scope).hexMac(Verifier.stringToSign(date, scope, canonical));
        return headers.with(
                "authorization",
                Authorization.ALGORITHM + " Credential=" + accessKeyId + "/" + scope + ", SignedHeaders=" + signed
                        + ", Signature=" + signature);
    }

    /**
     * Signs a URL that anybody may use until it expires; only the host is signed beside it.
     *
     * @return the query
     */
    public String presign(
            String method, String host, String path, @Nullable String query, Duration lifetime, Instant time) {
        var date = AmzDate.format(time);
        var scope = new Scope(date.substring(0, 8), region, service);
        List<String> parameters = new ArrayList<>();
        if (query != null && !query.isEmpty()) {
            parameters.add(query);
        }
        parameters.add("X-Amz-Algorithm=" + Authorization.ALGORITHM);
        parameters.add("X-Amz-Credential=" + Text.encode(accessKeyId + "/" + scope));
        parameters.add("X-Amz-Date=" + date);
        parameters.add("X-Amz-Expires=" + lifetime.toSeconds());
        if (sessionToken != null) {
            parameters.add("X-Amz-Security-Token=" + Text.encode(sessionToken));
        }
        parameters.add("X-Amz-SignedHeaders=host");
        var unsigned = String.join("&", parameters);
        var canonical = canonical(
                method,
                path,
                Canonical.query(unsigned),
                Headers.of("host", host),
                "host",
                service.equals("s3") ? "UNSIGNED-PAYLOAD" : Hash.OF_NOTHING);
        var signature = keys.of(secretAccessKey, scope).hexMac(Verifier.stringToSign(date, scope, canonical));
        return unsigned + "&X-Amz-Signature=" + signature;
    }

    String canonical(
            String method, String path, String query, Headers headers, String signedHeaders, String payloadHash) {
        var canonicalPath = service.equals("s3") ? Canonical.objectPath(path) : Canonical.path(path);
        var host = headers.get("host");
        return Canonical.request(
                method, headers, canonicalPath, query, signedHeaders, host == null ? "" : host, payloadHash);
    }

    private static String names(Headers headers) {
        var names = new TreeSet<String>();
        headers.forEach((name, value) -> names.add(name));
        return String.join(";", names);
    }
}
