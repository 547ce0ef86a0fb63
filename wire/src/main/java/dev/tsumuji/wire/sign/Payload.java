package dev.tsumuji.wire.sign;

import dev.tsumuji.kernel.cloud.Failures;
import dev.tsumuji.wire.http.Request;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a request vouches for its body.
 *
 * @param hash the last line of the canonical request; empty when it has to be computed
 */
record Payload(Kind kind, String hash) {
    private static final String UNSIGNED = "UNSIGNED-PAYLOAD";
    private static final int WHOLE_MAX_BYTES = 64 * 1024;

    enum Kind {
        /** The hash was not sent. */
        COMPUTED,
        /** The hash was sent. */
        HASHED,
        /** The client chose not to sign the body. */
        UNSIGNED,
        /** Chunks, each signed. */
        SIGNED_CHUNKS,
        /** Chunks, each signed, then signed trailers. */
        SIGNED_CHUNKS_AND_TRAILER,
        /** Chunks, then a checksum as trailer. */
        CHUNKS_AND_TRAILER
    }

    static Payload of(Request request, Authorization authorization, Refusals refusals) {
        var s3 = authorization.scope().service().equals("s3");
        if (!request.headers().has("x-amz-content-sha256")) {
            if (s3 && authorization.presigned()) {
                return new Payload(Kind.UNSIGNED, UNSIGNED);
            }
            if (s3) {
                throw refusals.missingContentHash();
            }
            return new Payload(Kind.COMPUTED, "");
        }
        return claimed(request, refusals);
    }

    /** Of a request whose signature, if it has one, says nothing about the body. */
    static Payload ofUnsigned(Request request, Refusals refusals) {
        return request.headers().has("x-amz-content-sha256")
                ? claimed(request, refusals)
                : new Payload(Kind.UNSIGNED, UNSIGNED);
    }

    private static Payload claimed(Request request, Refusals refusals) {
        var claimed = String.valueOf(request.header("x-amz-content-sha256"));
        var kind = switch (claimed) {
            case UNSIGNED -> Kind.UNSIGNED;
            case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" -> Kind.SIGNED_CHUNKS;
            case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" -> Kind.SIGNED_CHUNKS_AND_TRAILER;
            case "STREAMING-UNSIGNED-PAYLOAD-TRAILER" -> Kind.CHUNKS_AND_TRAILER;
            default -> {
                if (!Hash.isSha256(claimed)) {
                    throw refusals.strangeContentHash(claimed);
                }
                yield Kind.HASHED;
            }
        };
        return new Payload(kind, claimed);
    }

    /** The signatures of the chunks; null where chunks are not signed. */
    @Nullable
    ChunkChain chain(Authorization authorization, Hash.Key key, Refusals refusals) {
        return kind == Kind.SIGNED_CHUNKS || kind == Kind.SIGNED_CHUNKS_AND_TRAILER
                ? new ChunkChain(authorization, key, refusals)
                : null;
    }

    /** The request with a body that fails, at its end at the latest, when it is not the signed one. */
    Request checked(Request request, @Nullable ChunkChain chain, Refusals refusals) throws IOException {
        return switch (kind) {
            case COMPUTED, UNSIGNED -> request;
            case HASHED -> hashed(request, refusals);
            case SIGNED_CHUNKS, SIGNED_CHUNKS_AND_TRAILER, CHUNKS_AND_TRAILER -> chunked(request, chain, refusals);
        };
    }

    private Request hashed(Request request, Refusals refusals) throws IOException {
        if (request.bodyLength() == 0 && !request.headers().has("content-length") && !hash.equals(Hash.OF_NOTHING)) {
            // signed, and not announced: so it can't be read
            throw BodyLength.missing();
        }
        if (request.bodyLength() < 0 || request.bodyLength() > WHOLE_MAX_BYTES) {
            return request.withBody(request.bodyLength(), new HashedBody(request.body(), hash, refusals));
        }
        // Small: it is here already, and checked before anything acts on it.
        var bytes = request.body().readAllBytes();
        HashedBody.check(hash, Hash.sha256(bytes), refusals);
        return request.withBody(bytes.length, new ByteArrayInputStream(bytes));
    }

    private Request chunked(Request request, @Nullable ChunkChain chain, Refusals refusals) {
        if (chain == null && kind != Kind.CHUNKS_AND_TRAILER) {
            throw refusals.chunkMismatch();
        }
        var headers = request.headers();
        var length = decodedLength(headers.get("x-amz-decoded-content-length"), refusals);
        var trailer = kind == Kind.SIGNED_CHUNKS ? null : headers.get("x-amz-trailer");
        var body = new ChunkedBody(request.body(), length, chain, Checksum.named(trailer, refusals), refusals);
        var rest = headers.with("content-encoding", otherCodings(headers.get("content-encoding")));
        // A service sees no trailers: it is told which checksum follows by the header that the SDKs send as well.
        var told = trailer == null
                ? rest
                : rest.with("x-amz-sdk-checksum-algorithm", trailer.strip().substring("x-amz-checksum-".length()));
        return request.withHeaders(told).withBody(length, body);
    }

    private static long decodedLength(@Nullable String text, Refusals refusals) {
        try {
            var length = text == null ? -1 : Long.parseLong(text.strip());
            if (length >= 0) {
                return length;
            }
        } catch (NumberFormatException _) {
            // told below
        }
        throw BodyLength.missing();
    }

    private static @Nullable String otherCodings(@Nullable String codings) {
        if (codings == null) {
            return null;
        }
        var kept = new StringBuilder();
        for (var coding : codings.split(",")) {
            if (!coding.strip().toLowerCase(Locale.ROOT).equals("aws-chunked") && !coding.isBlank()) {
                kept.append(kept.isEmpty() ? "" : ",").append(coding.strip());
            }
        }
        return kept.isEmpty() ? null : kept.toString();
    }

    static byte[] readWhole(Request request, long maxBytes) throws IOException {
        if (request.bodyLength() > maxBytes) {
            throw tooLarge(maxBytes);
        }
        var bytes = request.body().readNBytes((int) Math.min(maxBytes + 1, Integer.MAX_VALUE - 8));
        if (bytes.length > maxBytes) {
            throw tooLarge(maxBytes);
        }
        return bytes;
    }

    private static RuntimeException tooLarge(long maxBytes) {
        return Failures.of(
                "RequestEntityTooLargeException", 413, "Request must be smaller than " + maxBytes + " bytes");
    }
}
