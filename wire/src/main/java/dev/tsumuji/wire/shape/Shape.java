package dev.tsumuji.wire.shape;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;

/**
 * The wire description of a structure, compiled once per class from the field list that the SDK's model classes carry.
 * Immutable and thread-safe.
 */
public final class Shape {
    private static final ClassValue<Shape[]> COMPILED = new ClassValue<>() {
        @Override
        protected Shape[] computeValue(Class<?> type) {
            return new Shape[1];
        }
    };

    private final List<Member> members;
    private final List<Member> bodyMembers;
    private final Map<String, Member> bodyByWireName = new HashMap<>();
    private final Map<String, Member> byName = new HashMap<>();
    private final @Nullable Member payload;

    private Shape(SdkPojo example) {
        var all = new ArrayList<Member>();
        var body = new ArrayList<Member>();
        Member whole = null;
        for (var field : example.sdkFields()) {
            var member = new Member(field);
            all.add(member);
            byName.put(member.name(), member);
            if (member.payload()) {
                whole = member;
            } else if (member.inBody()) {
                body.add(member);
                bodyByWireName.put(member.wireName(), member);
            }
        }
        members = List.copyOf(all);
        bodyMembers = List.copyOf(body);
        payload = whole;
    }

    /** @param structure a model object or its builder; both list the same fields */
    public static Shape of(SdkPojo structure) {
        var slot = COMPILED.get(structure.getClass());
        var shape = slot[0];
        if (shape == null) {
            shape = new Shape(structure);
            slot[0] = shape;
        }
        return shape;
    }

    /** In the model's order. */
    public List<Member> members() {
        return members;
    }

    /** Those that travel in the body, without a payload member. */
    public List<Member> bodyMembers() {
        return bodyMembers;
    }

    public @Nullable Member inBody(String wireName) {
        return bodyByWireName.get(wireName);
    }

    public @Nullable Member named(String name) {
        return byName.get(name);
    }

    public @Nullable Member at(MarshallLocation location, String wireName) {
        for (var member : members) {
            if (member.location() == location && member.wireName().equalsIgnoreCase(wireName)) {
                return member;
            }
        }
        return null;
    }

    /** The member that is the whole body. */
    public @Nullable Member payload() {
        return payload;
    }
}
