package dev.tsumuji.wire.protocol;

import dev.tsumuji.wire.shape.Shape;
import software.amazon.awssdk.core.SdkPojo;

/** Answers of the query protocol: the result inside of a response element that also carries the request id. */
final class QueryAnswer {
    private QueryAnswer() {}

    static String namespace(Endpoint endpoint) {
        var own = endpoint.table().namespace();
        return own != null
                ? own
                : "https://" + endpoint.model().name() + ".amazonaws.com/doc/"
                        + endpoint.model().version() + "/";
    }

    static byte[] write(Endpoint endpoint, String operation, SdkPojo answer, String requestId) {
        var out = new XmlWriter(false, member -> endpoint.table().queryName(operation, member.name()))
                .raw("<" + operation + "Response xmlns=\"" + namespace(endpoint) + "\">\n");
        if (!Shape.of(answer).bodyMembers().isEmpty() || endpoint.table().emptyResult(operation)) {
            out.open(operation + "Result")
                    .members(answer)
                    .close(operation + "Result")
                    .raw("\n");
        }
        return out.open("ResponseMetadata")
                .element("RequestId", requestId)
                .close("ResponseMetadata")
                .raw("\n")
                .close(operation + "Response")
                .raw("\n")
                .bytes();
    }
}
