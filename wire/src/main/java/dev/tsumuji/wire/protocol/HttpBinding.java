package dev.tsumuji.wire.protocol;

import dev.tsumuji.wire.http.Reply;
import dev.tsumuji.wire.http.Request;
import dev.tsumuji.wire.shape.Kind;
import dev.tsumuji.wire.shape.Member;
import dev.tsumuji.wire.shape.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;

/** Members that travel outside of the body: in labels, query parameters, headers and the status. */
final class HttpBinding {
    /** S3 takes an empty header of its own for what it says, a value that is none of those allowed; and a digest of nothing for none. */
    private static boolean meantEvenEmpty(String header) {
        return header.startsWith("x-amz-") || header.equals("Content-MD5");
    }

    private HttpBinding() {}

    static void read(Request request, Map<String, String> labels, QueryString query, SdkPojo builder) {
        var shape = Shape.of(builder);
        for (var member : shape.members()) {
            switch (member.location()) {
                case PATH, GREEDY_PATH -> {
                    var label = labels.get(member.wireName());
                    if (label != null) {
                        member.set(builder, Text.parse(member, label));
                    }
                }
                case QUERY_PARAM -> parameter(query, shape, member, builder);
                case HEADER -> header(request, member, builder);
                default -> {
                    // the body's and the status's members
                }
            }
        }
    }

    private static void parameter(QueryString query, Shape shape, Member member, SdkPojo builder) {
        if (member.kind() == Kind.MAP) {
            var rest = new LinkedHashMap<String, Object>();
            query.parameters().forEach((name, values) -> {
                if (shape.at(MarshallLocation.QUERY_PARAM, name) == null) {
                    rest.put(name, member.element().kind() == Kind.LIST ? values : values.getFirst());
                }
            });
            member.set(builder, rest);
            return;
        }
        var values = query.all(member.wireName());
        if (values.isEmpty()) {
            return;
        }
        if (member.kind() == Kind.LIST) {
            member.set(
                    builder,
                    values.stream().map(v -> Text.parse(member.element(), v)).toList());
        } else if (member.kind() == Kind.STRING || !values.getFirst().isEmpty()) {
            member.set(builder, parse(member, values.getFirst()));
        }
    }

    private static Object parse(Member member, String text) {
        try {
            return Text.parse(member, text);
        } catch (Malformed e) {
            throw e.of(member.wireName(), text);
        }
    }

    private static void header(Request request, Member member, SdkPojo builder) {
        switch (member.kind()) {
            case MAP -> {
                var prefix = member.wireName().toLowerCase(Locale.ROOT);
                var values = new LinkedHashMap<String, String>();
                request.headers().forEach((name, value) -> {
                    if (name.startsWith(prefix)) {
                        values.merge(name.substring(prefix.length()), value, (a, b) -> a + "," + b);
                    }
                });
                member.set(builder, values);
            }
            case LIST -> {
                var values = new ArrayList<Object>();
                for (var field : request.headers().all(member.wireName())) {
                    for (var item : List.of(field.split(","))) {
                        values.add(Text.parse(member.element(), item.strip()));
                    }
                }
                if (!values.isEmpty()) {
                    member.set(builder, values);
                }
            }
            default -> {
                var value = request.header(member.wireName());
                boolean meant = member.kind() == Kind.STRING && meantEvenEmpty(member.wireName());
                if (value != null && (meant || !value.isEmpty())) {
                    member.set(builder, parse(member, value));
                }
            }
        }
    }

    /**
     * Writes the members that are headers.
     *
     * @return the answer's own status, or the given one when it has none; 206 when it is about a part of something
     */
    static int write(SdkPojo answer, int status, Reply reply) {
        for (var member : Shape.of(answer).members()) {
            var value = member.inBody() ? null : member.get(answer);
            if (value == null) {
                continue;
            }
            if (member.location() == MarshallLocation.STATUS_CODE) {
                status = (Integer) value;
            } else if (member.location() == MarshallLocation.HEADER) {
                header(member, value, reply);
                status = member.wireName().equalsIgnoreCase("content-range") ? 206 : status;
            }
        }
        return status;
    }

    private static void header(Member member, Object value, Reply reply) {
        switch (member.kind()) {
            case MAP -> ((Map<?, ?>) value).forEach((k, v) -> reply.header(member.wireName() + k, String.valueOf(v)));
            case LIST ->
                reply.header(
                        member.wireName(),
                        ((List<?>) value)
                                .stream()
                                        .map(v -> Text.print(member.element(), v, Format.RFC_822))
                                        .collect(Collectors.joining(",")));
            default -> {
                if (!member.wireName().equalsIgnoreCase("content-length")) {
                    reply.header(member.wireName(), Text.print(member, value, Format.RFC_822));
                }
            }
        }
    }
}
