package dev.tsumuji.wire.protocol;

import dev.tsumuji.wire.http.Request;
import dev.tsumuji.wire.shape.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Set;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;

/**
 * Headers and parameters of S3's own that it refuses where the operation has no use for them, instead of passing over them.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/specifying-s3-encryption.html">Where encryption is asked for</a>
 */
final class S3Extras {
    private static final String ENCRYPTION = "x-amz-server-side-encryption";
    private static final String OVERRIDE = "response-";
    private static final String CHECKSUM = "x-amz-checksum-";
    private static final String ALGORITHM = "x-amz-sdk-checksum-algorithm";
    /** Headers that begin like a checksum and are none. */
    private static final Set<String> NO_CHECKSUMS = Set.of("x-amz-checksum-algorithm", "x-amz-checksum-type");

    private S3Extras() {}

    /** @param streamed whether the request carries an object's bytes */
    static void check(Request request, QueryString query, SdkPojo input, boolean streamed) {
        overrides(query, input);
        var encryption = request.header(ENCRYPTION);
        if (encryption != null && !takes(input, MarshallLocation.HEADER, ENCRYPTION)) {
            var elements = new LinkedHashMap<String, String>();
            elements.put("ArgumentName", ENCRYPTION);
            elements.put("ArgumentValue", encryption);
            throw new Refused(Fault.detailed(
                    "InvalidArgument", 400, ENCRYPTION + " header is not supported for this operation.", elements));
        }
        if (streamed) {
            checksums(request, input);
        }
    }

    private static void checksums(Request request, SdkPojo input) {
        var known = new ArrayList<String>();
        var unknown = new ArrayList<String>();
        request.headers().forEach((name, value) -> {
            if (name.startsWith(CHECKSUM) && !NO_CHECKSUMS.contains(name)) {
                (takes(input, MarshallLocation.HEADER, name) ? known : unknown).add(name);
            }
        });
        if (known.isEmpty() && !unknown.isEmpty()) {
            throw invalid("The algorithm type you specified in x-amz-checksum- header is invalid.");
        }
        var algorithm = request.header(ALGORITHM);
        // of several the service says that it takes one; a link may name what its maker didn't know
        if (algorithm != null
                && known.size() == 1
                && request.headers().has("authorization")
                && !known.getFirst().equals(CHECKSUM + algorithm.toLowerCase(Locale.ROOT))) {
            throw invalid("Value for " + ALGORITHM + " header is invalid.");
        }
    }

    /** Of a read, what it asks the answer's headers to be. */
    private static void overrides(QueryString query, SdkPojo input) {
        for (var name : query.parameters().keySet()) {
            if (name.startsWith(OVERRIDE)
                    && takes(input, MarshallLocation.QUERY_PARAM, OVERRIDE + "content-type")
                    && !takes(input, MarshallLocation.QUERY_PARAM, name)) {
                var elements = new LinkedHashMap<String, String>();
                elements.put("ArgumentName", name);
                elements.put("ArgumentValue", String.valueOf(query.first(name)));
                throw new Refused(Fault.detailed(
                        "InvalidArgument",
                        400,
                        name
                                + " is not in the set of overridable response headers. Please refer to the S3 API documentation"
                                + " for a complete list of overridable response headers.",
                        elements));
            }
        }
    }

    private static boolean takes(SdkPojo input, MarshallLocation location, String name) {
        return Shape.of(input).members().stream()
                .anyMatch(member ->
                        member.location() == location && member.wireName().equalsIgnoreCase(name));
    }

    private static Refused invalid(String message) {
        return new Refused(Fault.of("InvalidRequest", 400, message));
    }
}
