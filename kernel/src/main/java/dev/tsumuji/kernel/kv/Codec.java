package dev.tsumuji.kernel.kv;

import java.io.ByteArrayOutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingKnownType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.utils.builder.Buildable;

/**
 * Values made of records: how a Java record, or a model class of the AWS SDK, is stored.
 *
 * <p>Members are stored by name, so a record may gain and lose members: an unknown name is passed over, a missing one is
 * null, zero, false or empty. Members may be strings, numbers, booleans, enums, {@link Instant}, {@link Duration},
 * {@code byte[]}, {@link SdkBytes}, lists, maps with string keys, other records and model classes. Lists and maps come back
 * unmodifiable. Every value begins with a format byte and ends with a CRC-32C of what stands before it.
 *
 * <p>Immutable and thread-safe.
 */
public final class Codec<T> {
    private static final byte FORMAT = 1;

    private static final byte NULL = 0;
    private static final byte FALSE = 1;
    private static final byte TRUE = 2;
    private static final byte INTEGER = 3;
    private static final byte FLOAT = 4;
    private static final byte TEXT = 5;
    private static final byte BYTES = 6;
    private static final byte LIST = 7;
    private static final byte MAP = 8;
    private static final byte TIME = 9;

    private static final ClassValue<Shape> SHAPES = new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
            return Shape.of(type);
        }
    };

    private final Class<T> type;

    private Codec(Class<T> type) {
        this.type = type;
    }

    /** @param type a record, or a model class of the AWS SDK */
    public static <T> Codec<T> of(Class<T> type) {
        return new Codec<>(type);
    }

    public byte[] encode(T value) {
        var out = new ByteArrayOutputStream(256);
        out.write(FORMAT);
        write(out, value);
        var crc = new CRC32C();
        var body = out.toByteArray();
        crc.update(body);
        return ByteBuffer.allocate(body.length + 4)
                .put(body)
                .putInt((int) crc.getValue())
                .array();
    }

    /** @throws KvException {@code CORRUPT} when the checksum is wrong */
    public T decode(byte[] stored) {
        var crc = new CRC32C();
        crc.update(stored, 0, Math.max(0, stored.length - 4));
        if (stored.length < 6 || ByteBuffer.wrap(stored).getInt(stored.length - 4) != (int) crc.getValue()) {
            throw new KvException(
                    KvException.Kind.CORRUPT, "a stored " + type.getSimpleName() + " fails its checksum", null);
        }
        var in = ByteBuffer.wrap(stored, 0, stored.length - 4);
        byte format = in.get();
        if (format != FORMAT) {
            throw new KvException(
                    KvException.Kind.CORRUPT,
                    "a stored " + type.getSimpleName() + " has format " + format + ", newer than this program",
                    null);
        }
        return type.cast(Objects.requireNonNull(shape(read(in), type)));
    }

    /** As {@link #decode}, and null for null: what {@link Snapshot#get} gives. */
    public @Nullable T decodeNullable(byte @Nullable [] stored) {
        return stored == null ? null : decode(stored);
    }

    // ---- writing

    private static void write(ByteArrayOutputStream out, @Nullable Object value) {
        switch (value) {
            case null -> out.write(NULL);
            case Boolean b -> out.write(b ? TRUE : FALSE);
            case Float f -> writeFloat(out, f);
            case Double d -> writeFloat(out, d);
            case BigDecimal d -> throw new IllegalArgumentException("no codec for " + d.getClass());
            case BigInteger i -> throw new IllegalArgumentException("no codec for " + i.getClass());
            case Number n -> {
                out.write(INTEGER);
                writeLong(out, n.longValue());
            }
            case String s -> {
                out.write(TEXT);
                writeText(out, s);
            }
            case Enum<?> e -> {
                out.write(TEXT);
                writeText(out, e.name());
            }
            case byte[] b -> writeBytes(out, b);
            case SdkBytes b -> writeBytes(out, b.asByteArrayUnsafe());
            case Instant t -> writeTime(out, t.getEpochSecond(), t.getNano());
            case Duration d -> writeTime(out, d.getSeconds(), d.getNano());
            case List<?> list -> {
                out.write(LIST);
                writeLong(out, list.size());
                list.forEach(item -> write(out, item));
            }
            case Map<?, ?> map -> {
                out.write(MAP);
                writeLong(out, map.size());
                map.forEach((key, item) -> {
                    writeText(out, key instanceof Enum<?> e ? e.name() : (String) key);
                    write(out, item);
                });
            }
            default -> {
                var members = SHAPES.get(value.getClass()).values(value);
                write(out, members);
            }
        }
    }

    private static void writeFloat(ByteArrayOutputStream out, double value) {
        out.write(FLOAT);
        out.writeBytes(ByteBuffer.allocate(8).putDouble(value).array());
    }

    private static void writeBytes(ByteArrayOutputStream out, byte[] bytes) {
        out.write(BYTES);
        writeLong(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static void writeTime(ByteArrayOutputStream out, long seconds, int nanos) {
        out.write(TIME);
        writeLong(out, seconds);
        writeLong(out, nanos);
    }

    private static void writeText(ByteArrayOutputStream out, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        writeLong(out, bytes.length);
        out.writeBytes(bytes);
    }

    /** Zigzag, seven bits to a byte. */
    private static void writeLong(ByteArrayOutputStream out, long value) {
        long bits = value << 1 ^ value >> 63;
        while ((bits & ~0x7fL) != 0) {
            out.write((int) (bits & 0x7f | 0x80));
            bits >>>= 7;
        }
        out.write((int) bits);
    }

    // ---- reading: first plain values, then the shape that is asked for

    private static @Nullable Object read(ByteBuffer in) {
        byte tag = in.get();
        return switch (tag) {
            case NULL -> null;
            case FALSE -> false;
            case TRUE -> true;
            case INTEGER -> readLong(in);
            case FLOAT -> in.getDouble();
            case TEXT -> readText(in);
            case BYTES -> readBytes(in);
            case TIME -> Instant.ofEpochSecond(readLong(in), readLong(in));
            case LIST -> {
                int size = (int) readLong(in);
                var list = new ArrayList<@Nullable Object>(size);
                for (int i = 0; i < size; i++) {
                    list.add(read(in));
                }
                yield list;
            }
            case MAP -> {
                int size = (int) readLong(in);
                var map = LinkedHashMap.<String, @Nullable Object>newLinkedHashMap(size);
                for (int i = 0; i < size; i++) {
                    map.put(readText(in), read(in));
                }
                yield map;
            }
            default -> throw new KvException(KvException.Kind.CORRUPT, "unknown value tag " + tag, null);
        };
    }

    private static byte[] readBytes(ByteBuffer in) {
        var bytes = new byte[(int) readLong(in)];
        in.get(bytes);
        return bytes;
    }

    private static String readText(ByteBuffer in) {
        return new String(readBytes(in), StandardCharsets.UTF_8);
    }

    private static long readLong(ByteBuffer in) {
        long bits = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = in.get();
            bits |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return bits >>> 1 ^ -(bits & 1);
            }
        }
    }

    private static @Nullable Object shape(@Nullable Object plain, Type wanted) {
        if (wanted instanceof ParameterizedType generic) {
            var arguments = generic.getActualTypeArguments();
            return generic.getRawType() == Map.class
                    ? shapeMap((Map<?, ?>) plain, arguments[0], arguments[1])
                    : shapeList((List<?>) plain, arguments[0]);
        }
        var type = (Class<?>) wanted;
        if (plain == null) {
            return zero(type);
        }
        return switch (plain) {
            case Long n when type == Integer.TYPE || type == Integer.class -> n.intValue();
            case Long n when type == Short.TYPE || type == Short.class -> n.shortValue();
            case Double d when type == Float.TYPE || type == Float.class -> d.floatValue();
            case String s when type.isEnum() -> constant(type, s);
            case byte[] b when type == SdkBytes.class -> SdkBytes.fromByteArrayUnsafe(b);
            case Instant t when type == Duration.class -> Duration.ofSeconds(t.getEpochSecond(), t.getNano());
            case Map<?, ?> members when type != Map.class -> SHAPES.get(type).make(members);
            default -> plain;
        };
    }

    private static Object constant(Class<?> type, String name) {
        for (var constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(name)) {
                return constant;
            }
        }
        throw new KvException(KvException.Kind.CORRUPT, type.getSimpleName() + " has no constant " + name, null);
    }

    private static List<?> shapeList(@Nullable List<?> plain, Type item) {
        var list = new ArrayList<@Nullable Object>();
        if (plain != null) {
            plain.forEach(element -> list.add(shape(element, item)));
        }
        return Collections.unmodifiableList(list);
    }

    private static Map<?, ?> shapeMap(@Nullable Map<?, ?> plain, Type key, Type item) {
        var map = new LinkedHashMap<@Nullable Object, @Nullable Object>();
        if (plain != null) {
            plain.forEach((k, v) -> map.put(shape(k, key), shape(v, item)));
        }
        return Collections.unmodifiableMap(map);
    }

    private static @Nullable Object zero(Class<?> type) {
        if (!type.isPrimitive()) {
            return null;
        }
        return switch (type.getName()) {
            case "boolean" -> false;
            case "int" -> 0;
            case "long" -> 0L;
            case "short" -> (short) 0;
            case "float" -> 0f;
            case "double" -> 0d;
            default -> throw new IllegalArgumentException("no codec for " + type);
        };
    }

    /** How one class is taken apart and put together. */
    private sealed interface Shape {
        Map<String, @Nullable Object> values(Object value);

        Object make(Map<?, ?> members);

        static Shape of(Class<?> type) {
            if (type.isRecord()) {
                return new RecordShape(type);
            }
            if (SdkPojo.class.isAssignableFrom(type)) {
                return new ModelShape(type);
            }
            throw new IllegalArgumentException("no codec for " + type.getName());
        }
    }

    private static final class RecordShape implements Shape {
        private final RecordComponent[] components;
        private final String[] names;
        private final Type[] generics;
        private final Constructor<?> constructor;

        RecordShape(Class<?> type) {
            components = type.getRecordComponents();
            names = new String[components.length];
            generics = new Type[components.length];
            var types = new Class<?>[components.length];
            for (int i = 0; i < components.length; i++) {
                names[i] = components[i].getName();
                generics[i] = components[i].getGenericType();
                types[i] = components[i].getType();
                components[i].getAccessor().setAccessible(true);
            }
            try {
                constructor = type.getDeclaredConstructor(types);
            } catch (NoSuchMethodException e) {
                throw new AssertionError("a record has its canonical constructor", e);
            }
            constructor.setAccessible(true);
        }

        @Override
        public Map<String, @Nullable Object> values(Object value) {
            var members = LinkedHashMap.<String, @Nullable Object>newLinkedHashMap(components.length);
            try {
                for (var component : components) {
                    var member = component.getAccessor().invoke(value);
                    if (member != null) {
                        members.put(component.getName(), member);
                    }
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
            return members;
        }

        @Override
        public Object make(Map<?, ?> members) {
            var arguments = new @Nullable Object[components.length];
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = shape(members.get(names[i]), generics[i]);
            }
            try {
                return constructor.newInstance(arguments);
            } catch (InvocationTargetException e) {
                throw new IllegalStateException(e.getCause());
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** A model class of the SDK lists its own fields. */
    private static final class ModelShape implements Shape {
        private final Class<?> type;
        private final Map<String, SdkField<?>> fields = new HashMap<>();

        ModelShape(Class<?> type) {
            this.type = type;
            builder().sdkFields().forEach(field -> fields.put(field.memberName(), field));
        }

        private SdkPojo builder() {
            try {
                return (SdkPojo) type.getMethod("builder").invoke(null);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public Map<String, @Nullable Object> values(Object value) {
            var members = new LinkedHashMap<String, @Nullable Object>();
            fields.forEach((name, field) -> {
                var member = field.getValueOrDefault(value);
                boolean unset = member instanceof software.amazon.awssdk.core.util.SdkAutoConstructList<?>
                        || member instanceof software.amazon.awssdk.core.util.SdkAutoConstructMap<?, ?>;
                if (member != null && !unset) {
                    members.put(name, member);
                }
            });
            return members;
        }

        @Override
        public Object make(Map<?, ?> members) {
            var builder = builder();
            members.forEach((name, value) -> {
                var field = fields.get(name);
                if (field != null) {
                    field.set(builder, member(field, value));
                }
            });
            return ((Buildable) builder).build();
        }

        private static @Nullable Object member(SdkField<?> field, @Nullable Object plain) {
            if (plain == null) {
                return null;
            }
            var known = field.marshallingType().getKnownType();
            return switch (plain) {
                case List<?> list -> {
                    var item = field.getTrait(ListTrait.class).memberFieldInfo();
                    yield list.stream().map(element -> member(item, element)).toList();
                }
                case Map<?, ?> map
                when known == MarshallingKnownType.MAP -> {
                    var item = field.getTrait(MapTrait.class).valueFieldInfo();
                    var shaped = new LinkedHashMap<Object, @Nullable Object>();
                    map.forEach((key, element) -> shaped.put(key, member(item, element)));
                    yield shaped;
                }
                case Map<?, ?> map -> {
                    var builder = (SdkPojo) field.constructor().get();
                    for (var inner : builder.sdkFields()) {
                        var value = map.get(inner.memberName());
                        if (value != null) {
                            inner.set(builder, member(inner, value));
                        }
                    }
                    yield ((Buildable) builder).build();
                }
                case Long n when known == MarshallingKnownType.INTEGER -> n.intValue();
                case Long n when known == MarshallingKnownType.SHORT -> n.shortValue();
                case Double d when known == MarshallingKnownType.FLOAT -> d.floatValue();
                case byte[] b when known == MarshallingKnownType.SDK_BYTES -> SdkBytes.fromByteArrayUnsafe(b);
                default -> plain;
            };
        }
    }
}
