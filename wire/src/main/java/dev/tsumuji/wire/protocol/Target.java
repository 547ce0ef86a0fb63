package dev.tsumuji.wire.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What a request is aimed at.
 *
 * @param operation as the model names it
 * @param form the fields of a query request, its Action among them
 * @param path the raw path below the bucket
 * @param bucket decoded, of S3's requests in path style
 */
record Target(
        Endpoint endpoint,
        WireFormat format,
        String operation,
        @Nullable Node form,
        String path,
        @Nullable String bucket,
        QueryString query) {}
