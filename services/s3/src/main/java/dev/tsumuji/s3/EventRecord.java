package dev.tsumuji.s3;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * The document that tells an event.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html">Event message structure</a>
 */
final class EventRecord {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final StringBuilder out = new StringBuilder(1024);

    private EventRecord() {}

    static String of(
            Bucket bucket,
            String event,
            String key,
            Version version,
            @Nullable String configurationId,
            Instant time,
            Call call) {
        var json = new EventRecord();
        json.out.append("{\"Records\":[{");
        json.member(
                "eventVersion", event.startsWith("ObjectCreated") || event.startsWith("ObjectRemoved") ? "2.1" : "2.3");
        json.member("eventSource", "aws:s3");
        json.member("awsRegion", bucket.region());
        json.member("eventTime", TIME.format(time));
        json.member("eventName", event);
        json.object("userIdentity")
                .member("principalId", principal(call.principal()))
                .end();
        json.object("requestParameters")
                .member("sourceIPAddress", call.sourceIp())
                .end();
        json.object("responseElements")
                .member("x-amz-request-id", call.requestId())
                .member("x-amz-id-2", call.requestId())
                .end();
        json.object("s3").member("s3SchemaVersion", "1.0").member("configurationId", configurationId);
        json.object("bucket").member("name", bucket.name());
        json.object("ownerIdentity")
                .member("principalId", Owners.id(bucket.account()))
                .end();
        json.member("arn", bucket.arn()).end();
        json.object("object").member("key", ObjectKeys.encoded(key));
        if (!event.equals("ObjectRemoved:Delete")) {
            if (!version.deleteMarker() && event.startsWith("ObjectCreated")) {
                json.number("size", version.body().size());
            }
            json.member("eTag", version.deleteMarker() ? "d41d8cd98f00b204e9800998ecf8427e" : version.etag());
        }
        json.member("versionId", version.id());
        if (event.startsWith("ObjectCreated") || event.startsWith("ObjectRemoved")) {
            json.member("sequencer", String.format("%018X", version.order()));
        }
        json.end().end();
        json.out.setLength(json.out.length() - 1);
        return json.out.append("}]}").toString();
    }

    private static String principal(Principal principal) {
        return principal instanceof Principal.Service service ? service.name() : "AWS:" + principal.userId();
    }

    private EventRecord object(String name) {
        text(name);
        out.append(":{");
        return this;
    }

    /** Ends an object that has members. */
    private EventRecord end() {
        out.setLength(out.length() - 1);
        out.append("},");
        return this;
    }

    private EventRecord member(String name, @Nullable String value) {
        if (value != null) {
            text(name);
            out.append(':');
            text(value);
            out.append(',');
        }
        return this;
    }

    private EventRecord number(String name, long value) {
        text(name);
        out.append(':').append(value).append(',');
        return this;
    }

    private void text(String value) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
