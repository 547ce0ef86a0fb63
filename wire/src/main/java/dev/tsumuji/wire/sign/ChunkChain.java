package dev.tsumuji.wire.sign;

/**
 * The signatures of a chunked body: each covers its chunk and the signature before it, the first one the request's own.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html">Transferring payload in multiple chunks</a>
 */
final class ChunkChain {
    private final Authorization authorization;
    private final Hash.Key key;
    private final Refusals refusals;
    private String previous;

    ChunkChain(Authorization authorization, Hash.Key key, Refusals refusals) {
        this.authorization = authorization;
        this.key = key;
        this.refusals = refusals;
        this.previous = authorization.signature();
    }

    void chunk(String hash, String signature) {
        link(next("AWS4-HMAC-SHA256-PAYLOAD", Hash.OF_NOTHING + "\n" + hash), signature);
    }

    void trailer(String hash, String signature) {
        link(next("AWS4-HMAC-SHA256-TRAILER", hash), signature);
    }

    private void link(String computed, String signature) {
        if (!Hash.same(computed, signature)) {
            throw refusals.chunkMismatch();
        }
        previous = computed;
    }

    private String next(String kind, String tail) {
        return next(key, kind, authorization.date(), authorization.scope(), previous, tail);
    }

    static String next(Hash.Key key, String kind, String date, Scope scope, String previous, String tail) {
        return key.hexMac(kind + "\n" + date + "\n" + scope + "\n" + previous + "\n" + tail);
    }
}
