package dev.tsumuji.wire.shape;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.LocationTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.PayloadTrait;
import software.amazon.awssdk.core.traits.RequiredTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait;
import software.amazon.awssdk.core.traits.XmlAttributeTrait;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;
import software.amazon.awssdk.utils.builder.Buildable;

/**
 * One member of a structure, or the element of a list or a map. Immutable but for its structure's shape, which is looked up
 * on first use because shapes can contain themselves; that is safe from any thread, as all would find the same.
 */
public final class Member {
    private final SdkField<?> field;
    private final Kind kind;
    private final String name;
    private final String wireName;
    private final MarshallLocation location;
    private final boolean payload;
    private final boolean required;
    private final boolean flattened;
    private final boolean xmlAttribute;
    private final TimestampFormatTrait.@Nullable Format timestampFormat;
    private final @Nullable Member element;
    private final String elementName;
    private final String keyName;
    private final String valueName;
    private volatile @Nullable Shape shape;

    Member(SdkField<?> field) {
        this.field = field;
        kind = Kind.of(field.marshallingType());
        name = field.memberName() == null ? "" : field.memberName();
        var located = field.containsTrait(LocationTrait.class);
        location = located ? field.location() : MarshallLocation.PAYLOAD;
        wireName = located && field.locationName() != null ? field.locationName() : name;
        payload = field.containsTrait(PayloadTrait.class);
        required = field.containsTrait(RequiredTrait.class);
        xmlAttribute = field.containsTrait(XmlAttributeTrait.class);
        timestampFormat = field.getOptionalTrait(TimestampFormatTrait.class)
                .map(TimestampFormatTrait::format)
                .orElse(null);
        var list = kind == Kind.LIST ? field.getTrait(ListTrait.class) : null;
        var map = kind == Kind.MAP ? field.getTrait(MapTrait.class) : null;
        element = list != null
                ? new Member(list.memberFieldInfo())
                : map != null ? new Member(map.valueFieldInfo()) : null;
        flattened = list != null && list.isFlattened() || map != null && map.isFlattened();
        elementName = list == null || list.memberLocationName() == null ? "member" : list.memberLocationName();
        keyName = map == null || map.keyLocationName() == null ? "key" : map.keyLocationName();
        valueName = map == null || map.valueLocationName() == null ? "value" : map.valueLocationName();
    }

    public Kind kind() {
        return kind;
    }

    /** As the model names it. */
    public String name() {
        return name;
    }

    /** As it is called in bodies, headers and query strings. */
    public String wireName() {
        return wireName;
    }

    public MarshallLocation location() {
        return location;
    }

    public boolean inBody() {
        return location == MarshallLocation.PAYLOAD;
    }

    /** Whether it is the whole body. */
    public boolean payload() {
        return payload;
    }

    public boolean required() {
        return required;
    }

    public boolean flattened() {
        return flattened;
    }

    public boolean xmlAttribute() {
        return xmlAttribute;
    }

    /** Null: the protocol's own. */
    public TimestampFormatTrait.@Nullable Format timestampFormat() {
        return timestampFormat;
    }

    /** What a list or a map holds. */
    public Member element() {
        if (element == null) {
            throw new IllegalStateException(name + " is neither a list nor a map");
        }
        return element;
    }

    public String elementName() {
        return elementName;
    }

    public String keyName() {
        return keyName;
    }

    public String valueName() {
        return valueName;
    }

    /** Of a structure. */
    public Shape shape() {
        var known = shape;
        if (known == null) {
            known = Shape.of(newBuilder());
            shape = known;
        }
        return known;
    }

    /** Of a structure. */
    public SdkPojo newBuilder() {
        return (SdkPojo) field.constructor().get();
    }

    public static Object build(SdkPojo builder) {
        return ((Buildable) builder).build();
    }

    /** Null when it is not set; the SDK's placeholders for absent lists and maps count as not set. */
    public @Nullable Object get(Object owner) {
        var value = field.getValueOrDefault(owner);
        return value instanceof SdkAutoConstructList || value instanceof SdkAutoConstructMap ? null : value;
    }

    public void set(SdkPojo builder, @Nullable Object value) {
        field.set(builder, value);
    }

    @Override
    public String toString() {
        return name + ":" + kind;
    }
}
