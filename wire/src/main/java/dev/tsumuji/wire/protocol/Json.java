package dev.tsumuji.wire.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.BufferRecycler;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.core.util.RecyclerPool;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The parsers and generators of JSON and CBOR, with the bounds that all input is held to. */
final class Json {
    /** DynamoDB's 32 levels of values are 64 levels of JSON, and its requests add a few around them. */
    private static final int MAX_DEPTH = 96;

    private static final StreamReadConstraints BOUNDS = StreamReadConstraints.builder()
            .maxNestingDepth(MAX_DEPTH)
            .maxStringLength(100_000_000)
            .maxNumberLength(400)
            .maxNameLength(70_000)
            .build();
    /** Jackson's own way keeps buffers by thread, and each request has a new one: 40 % of all that was allocated. */
    private static final RecyclerPool<BufferRecycler> BUFFERS = JsonRecyclerPools.newBoundedPool(64);

    private static final JsonFactory JSON = JsonFactory.builder()
            .recyclerPool(BUFFERS)
            .streamReadConstraints(BOUNDS)
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();
    private static final CBORFactory CBOR = CBORFactory.builder()
            .recyclerPool(BUFFERS)
            .streamReadConstraints(BOUNDS)
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private Json() {}

    static JsonParser parser(InputStream in, WireFormat format) throws IOException {
        return (format.cbor() ? CBOR : JSON).createParser(in);
    }

    static JsonGenerator generator(OutputStream out, WireFormat format) throws IOException {
        return (format.cbor() ? CBOR : JSON).createGenerator(out);
    }
}
