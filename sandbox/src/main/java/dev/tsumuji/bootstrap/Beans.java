package dev.tsumuji.bootstrap;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Between JSON and the classes of a function: beans, records, enums, collections, dates. Names match exactly, else without
 * regard to case, hyphens and underscores, so that AWS's event classes find {@code Records} and {@code detail-type}. Members
 * that a class doesn't have are ignored. Thread-safe.
 */
final class Beans implements Json.Others {

    private static final Map<Class<?>, Shape> SHAPES = new ConcurrentHashMap<>();
    private static final double SECONDS_BELOW = 1e11;

    /** The members of a class. */
    private record Shape(
            @Nullable Constructor<?> constructor,
            List<String> componentNames,
            Map<String, Setter> setters,
            Map<String, Getter> getters) {
        @Nullable
        Setter setter(String name) {
            var exact = setters.get(name);
            return exact != null ? exact : setters.get(plain(name));
        }
    }

    private interface Setter {
        void set(Object target, @Nullable Object json) throws ReflectiveOperationException;
    }

    private interface Getter {
        @Nullable
        Object get(Object target) throws ReflectiveOperationException;
    }

    private static String plain(String name) {
        return name.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }

    // ---- from JSON

    static @Nullable Object bind(@Nullable Object json, Type type) {
        if (type instanceof Class<?> c) {
            return bindClass(json, c);
        }
        if (type instanceof ParameterizedType p) {
            return bindParameterized(json, p);
        }
        if (type instanceof GenericArrayType a) {
            return bindArray(json, a.getGenericComponentType());
        }
        if (type instanceof WildcardType w) {
            return bind(json, w.getUpperBounds()[0]);
        }
        if (type instanceof TypeVariable<?> v) {
            return bind(json, v.getBounds()[0]);
        }
        throw mismatch(json, type);
    }

    private static RuntimeException mismatch(@Nullable Object json, Type type) {
        var what = json == null ? "null" : json.getClass().getSimpleName();
        return new IllegalArgumentException("Cannot make a " + type.getTypeName() + " of a JSON " + what);
    }

    private static @Nullable Object bindParameterized(@Nullable Object json, ParameterizedType type) {
        var raw = (Class<?>) type.getRawType();
        var arguments = type.getActualTypeArguments();
        if (raw == Optional.class) {
            return Optional.ofNullable(bind(json, arguments[0]));
        }
        if (json == null) {
            return null;
        }
        if (Map.class.isAssignableFrom(raw) && arguments.length == 2) {
            return bindMap(json, raw, arguments[0], arguments[1]);
        }
        if (Iterable.class.isAssignableFrom(raw) && arguments.length == 1) {
            return bindCollection(json, raw, arguments[0]);
        }
        return bindClass(json, raw);
    }

    private static Object bindMap(Object json, Class<?> raw, Type keys, Type values) {
        if (!(json instanceof Map<?, ?> members)) {
            throw mismatch(json, raw);
        }
        Map<@Nullable Object, @Nullable Object> usual = new LinkedHashMap<>();
        Map<@Nullable Object, @Nullable Object> map =
                SortedMap.class.isAssignableFrom(raw) ? new TreeMap<>() : container(raw, usual);
        for (var entry : members.entrySet()) {
            map.put(bind(entry.getKey(), keys), bind(entry.getValue(), values));
        }
        return map;
    }

    private static Object bindCollection(Object json, Class<?> raw, Type element) {
        if (!(json instanceof List<?> list)) {
            throw mismatch(json, raw);
        }
        Collection<@Nullable Object> collection;
        if (raw.isAssignableFrom(ArrayList.class)) {
            collection = new ArrayList<>(list.size());
        } else if (raw.isAssignableFrom(LinkedHashSet.class)) {
            collection = new LinkedHashSet<>();
        } else if (raw.isAssignableFrom(ArrayDeque.class)) {
            collection = new ArrayDeque<>();
        } else {
            Collection<@Nullable Object> usual = new ArrayList<>();
            collection = container(raw, usual);
        }
        for (var item : list) {
            collection.add(bind(item, element));
        }
        return collection;
    }

    @SuppressWarnings("unchecked")
    private static <T> T container(Class<?> wanted, T usual) {
        if (wanted.isInstance(usual)) {
            return usual;
        }
        try {
            return (T) wanted.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("Cannot make a " + wanted.getName(), e);
        }
    }

    private static Object bindArray(@Nullable Object json, Type element) {
        if (!(json instanceof List<?> list)) {
            throw mismatch(json, element);
        }
        var component = element instanceof Class<?> c ? c : (Class<?>) ((ParameterizedType) element).getRawType();
        var array = Array.newInstance(component, list.size());
        for (int i = 0; i < list.size(); i++) {
            Array.set(array, i, bind(list.get(i), element));
        }
        return array;
    }

    private static @Nullable Object bindClass(@Nullable Object json, Class<?> type) {
        if (json == null) {
            if (type.isPrimitive()) {
                return bindNumber(0, type);
            }
            return type == Optional.class ? Optional.empty() : null;
        }
        if (type == Object.class || (type.isInstance(json) && type != Comparable.class)) {
            return json;
        }
        if (type == boolean.class && json instanceof Boolean) {
            return json;
        }
        if (json instanceof Number number) {
            return type == String.class ? number.toString() : bindNumber(number, type);
        }
        if (type == String.class && json instanceof Boolean) {
            return json.toString();
        }
        if (type.isArray() && !(type == byte[].class && json instanceof String)) {
            return bindArray(json, type.getComponentType());
        }
        if (json instanceof List<?> && Iterable.class.isAssignableFrom(type)) {
            return bindCollection(json, type, Object.class);
        }
        if (json instanceof String text) {
            if (text.isEmpty() && type != String.class && type != char.class) {
                return bindClass(null, type);
            }
            return bindText(text, type);
        }
        if (json instanceof Map<?, ?> members) {
            return Map.class.isAssignableFrom(type)
                    ? bindMap(json, type, Object.class, Object.class)
                    : bindBean(members, type);
        }
        throw mismatch(json, type);
    }

    private static @Nullable Object bindNumber(Number number, Class<?> type) {
        return switch (type.getName()) {
            case "int", "java.lang.Integer" -> number.intValue();
            case "long", "java.lang.Long" -> number.longValue();
            case "double", "java.lang.Double" -> number.doubleValue();
            case "float", "java.lang.Float" -> number.floatValue();
            case "short", "java.lang.Short" -> number.shortValue();
            case "byte", "java.lang.Byte" -> number.byteValue();
            case "boolean" -> number.intValue() != 0;
            case "char" -> (char) number.intValue();
            case "java.math.BigDecimal" -> new BigDecimal(number.toString());
            case "java.math.BigInteger" -> new BigDecimal(number.toString()).toBigInteger();
            case "java.util.Date" -> new Date(millis(number));
            case "java.time.Instant" -> java.time.Instant.ofEpochMilli(millis(number));
            case "java.lang.Number", "java.lang.Object" -> number;
            case "org.joda.time.DateTime" -> viaConstructor(type, long.class, millis(number), number);
            default -> throw mismatch(number, type);
        };
    }

    /** AWS's events give times in seconds, programs give them in milliseconds. */
    private static long millis(Number number) {
        boolean seconds = number instanceof Double || Math.abs(number.doubleValue()) < SECONDS_BELOW;
        return seconds ? Math.round(number.doubleValue() * 1000) : number.longValue();
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static @Nullable Object bindText(String text, Class<?> type) {
        if (type.isEnum()) {
            return Enum.valueOf((Class<? extends Enum>) type, text);
        }
        return switch (type.getName()) {
            case "[B" -> Base64.getDecoder().decode(text);
            case "java.nio.ByteBuffer" -> ByteBuffer.wrap(Base64.getDecoder().decode(text));
            case "java.util.Date" ->
                Date.from(java.time.OffsetDateTime.parse(text).toInstant());
            case "char", "java.lang.Character" -> text.isEmpty() ? '\0' : text.charAt(0);
            case "boolean", "java.lang.Boolean" -> Boolean.valueOf(text);
            case "int", "java.lang.Integer" -> Integer.valueOf(text);
            case "long", "java.lang.Long" -> Long.valueOf(text);
            case "double", "java.lang.Double" -> Double.valueOf(text);
            case "float", "java.lang.Float" -> Float.valueOf(text);
            case "java.math.BigDecimal" -> new BigDecimal(text);
            case "java.math.BigInteger" -> new BigInteger(text);
            default -> byOwnParser(text, type);
        };
    }

    private static @Nullable Object byOwnParser(String text, Class<?> type) {
        for (var name : List.of("parse", "fromString", "valueOf", "create", "of")) {
            for (var parameter : List.of(CharSequence.class, String.class)) {
                try {
                    var method = type.getMethod(name, parameter);
                    if (Modifier.isStatic(method.getModifiers()) && type.isAssignableFrom(method.getReturnType())) {
                        return method.invoke(null, text);
                    }
                } catch (NoSuchMethodException e) {
                    // the next may be there
                } catch (ReflectiveOperationException e) {
                    throw new IllegalArgumentException("Cannot make a " + type.getName() + " of \"" + text + "\"", e);
                }
            }
        }
        return viaConstructor(type, String.class, text, text);
    }

    private static Object viaConstructor(Class<?> type, Class<?> parameter, Object argument, Object json) {
        try {
            return type.getConstructor(parameter).newInstance(argument);
        } catch (ReflectiveOperationException e) {
            throw mismatch(json, type);
        }
    }

    private static Object bindBean(Map<?, ?> members, Class<?> type) {
        var shape = SHAPES.computeIfAbsent(type, Beans::shapeOf);
        try {
            if (type.isRecord()) {
                return bindRecord(members, shape);
            }
            if (shape.constructor == null) {
                throw new IllegalArgumentException(
                        "Class " + type.getName() + " has no public zero-argument constructor");
            }
            var bean = shape.constructor.newInstance();
            for (var entry : members.entrySet()) {
                var setter = shape.setter((String) entry.getKey());
                if (setter != null) {
                    setter.set(bean, entry.getValue());
                }
            }
            return bean;
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException("Cannot make a " + type.getName() + ": " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("Cannot make a " + type.getName(), e);
        }
    }

    private static Object bindRecord(Map<?, ?> members, Shape shape) throws ReflectiveOperationException {
        var constructor = java.util.Objects.requireNonNull(shape.constructor);
        var types = constructor.getGenericParameterTypes();
        var byName = new java.util.HashMap<String, @Nullable Object>();
        for (var entry : members.entrySet()) {
            byName.putIfAbsent(plain((String) entry.getKey()), entry.getValue());
        }
        var arguments = new @Nullable Object[types.length];
        for (int i = 0; i < types.length; i++) {
            var name = shape.componentNames.get(i);
            var json = members.containsKey(name) ? members.get(name) : byName.get(plain(name));
            arguments[i] = bind(json, types[i]);
        }
        return constructor.newInstance(arguments);
    }

    // ---- the members of a class

    private static Shape shapeOf(Class<?> type) {
        var setters = new LinkedHashMap<String, Setter>();
        var getters = new LinkedHashMap<String, Getter>();
        if (type.isRecord()) {
            return recordShape(type, getters);
        }
        for (var at = type; at != null && at != Object.class; at = at.getSuperclass()) {
            for (var field : at.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers())) {
                    getters.putIfAbsent(nameOf(field, field.getName()), NO_GETTER); // keeps the order of declaration
                    if (Modifier.isPublic(field.getModifiers())) {
                        publicField(field, setters, getters);
                    }
                }
            }
        }
        for (var method : type.getMethods()) {
            if (!Modifier.isStatic(method.getModifiers()) && method.getDeclaringClass() != Object.class) {
                property(method, setters, getters);
            }
        }
        getters.values().removeIf(getter -> getter == NO_GETTER);
        Constructor<?> constructor = null;
        try {
            constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
        } catch (NoSuchMethodException e) {
            // then it can only be written
        }
        return new Shape(constructor, List.of(), setters, getters);
    }

    private static final Getter NO_GETTER = target -> null;

    private static Shape recordShape(Class<?> type, Map<String, Getter> getters) {
        var names = new ArrayList<String>();
        var parameterTypes = new ArrayList<Class<?>>();
        for (var component : type.getRecordComponents()) {
            var accessor = component.getAccessor();
            accessor.setAccessible(true);
            var name = nameOf(accessor, component.getName());
            names.add(name);
            parameterTypes.add(component.getType());
            getters.put(name, accessor::invoke);
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(parameterTypes.toArray(Class[]::new));
            constructor.setAccessible(true);
            return new Shape(constructor, names, Map.of(), getters);
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    private static void publicField(Field field, Map<String, Setter> setters, Map<String, Getter> getters) {
        field.setAccessible(true);
        var name = nameOf(field, field.getName());
        Setter setter = (target, json) -> field.set(target, bind(json, field.getGenericType()));
        if (!Modifier.isFinal(field.getModifiers())) {
            put(setters, name, setter);
        }
        getters.put(name, field::get);
    }

    private static void property(Method method, Map<String, Setter> setters, Map<String, Getter> getters) {
        var name = method.getName();
        int parameters = method.getParameterCount();
        if (parameters == 1 && name.startsWith("set") && name.length() > 3) {
            method.setAccessible(true);
            var generic = method.getGenericParameterTypes()[0];
            put(
                    setters,
                    memberName(method, name.substring(3)),
                    (target, json) -> method.invoke(target, bind(json, generic)));
        } else if (parameters == 0 && method.getReturnType() != void.class) {
            boolean is = name.startsWith("is") && name.length() > 2 && method.getReturnType() == boolean.class;
            if (is || (name.startsWith("get") && name.length() > 3)) {
                method.setAccessible(true);
                getters.put(memberName(method, name.substring(is ? 2 : 3)), method::invoke);
            }
        }
    }

    private static void put(Map<String, Setter> setters, String name, Setter setter) {
        setters.put(name, setter);
        setters.putIfAbsent(plain(name), setter);
    }

    /** As JavaBeans have it: a name that begins with two capitals keeps them. */
    private static String memberName(Method method, String capital) {
        boolean keeps = capital.length() > 1
                && Character.isUpperCase(capital.charAt(0))
                && Character.isUpperCase(capital.charAt(1));
        return nameOf(method, keeps ? capital : Character.toLowerCase(capital.charAt(0)) + capital.substring(1));
    }

    /** Jackson's annotation, when the function brings it, whichever loader or package it is relocated to. */
    private static String nameOf(AnnotatedElement member, String usual) {
        for (var annotation : member.getAnnotations()) {
            if (annotation.annotationType().getSimpleName().equals("JsonProperty")) {
                try {
                    var value = (String)
                            annotation.annotationType().getMethod("value").invoke(annotation);
                    return value.isEmpty() ? usual : value;
                } catch (ReflectiveOperationException e) {
                    return usual;
                }
            }
        }
        return usual;
    }

    // ---- to JSON

    @Override
    public void write(Object value, StringBuilder out) {
        switch (value) {
            case Enum<?> constant -> Json.quote(constant.name(), out);
            case Optional<?> optional -> Json.write(optional.orElse(null), out, this);
            case Date date -> out.append(date.getTime());
            case byte[] bytes -> Json.quote(Base64.getEncoder().encodeToString(bytes), out);
            case ByteBuffer buffer -> {
                var bytes = new byte[buffer.remaining()];
                buffer.duplicate().get(bytes);
                write(bytes, out);
            }
            case java.time.temporal.TemporalAccessor time -> writeTime(time, out);
            case java.time.Duration duration -> seconds(duration.getSeconds(), duration.getNano(), out);
            case char[] text -> Json.quote(new String(text), out);
            case Object array
            when array.getClass().isArray() -> {
                var list = new ArrayList<@Nullable Object>();
                for (int i = 0; i < Array.getLength(array); i++) {
                    list.add(Array.get(array, i));
                }
                Json.write(list, out, this);
            }
            default -> writeBean(value, out);
        }
    }

    /** A moment is seconds, a date or time without zone a list of its fields. */
    private void writeTime(java.time.temporal.TemporalAccessor time, StringBuilder out) {
        switch (time) {
            case java.time.Instant at -> seconds(at.getEpochSecond(), at.getNano(), out);
            case java.time.OffsetDateTime at -> seconds(at.toEpochSecond(), at.getNano(), out);
            case java.time.ZonedDateTime at -> seconds(at.toEpochSecond(), at.getNano(), out);
            case java.time.LocalDate at ->
                Json.write(List.of(at.getYear(), at.getMonthValue(), at.getDayOfMonth()), out, this);
            case java.time.LocalTime at -> Json.write(fields(new ArrayList<>(), at), out, this);
            case java.time.LocalDateTime at -> {
                var date = new ArrayList<Integer>(List.of(at.getYear(), at.getMonthValue(), at.getDayOfMonth()));
                Json.write(fields(date, at.toLocalTime()), out, this);
            }
            default -> Json.quote(time.toString(), out);
        }
    }

    private static List<Integer> fields(List<Integer> fields, java.time.LocalTime time) {
        fields.add(time.getHour());
        fields.add(time.getMinute());
        if (time.getSecond() > 0 || time.getNano() > 0) {
            fields.add(time.getSecond());
        }
        if (time.getNano() > 0) {
            fields.add(time.getNano());
        }
        return fields;
    }

    private static void seconds(long seconds, int nanos, StringBuilder out) {
        out.append(new BigDecimal(seconds).add(BigDecimal.valueOf(nanos, 9)).toPlainString());
    }

    private void writeBean(Object value, StringBuilder out) {
        var type = value.getClass();
        var shape = isOfTheJdk(type) || isText(type) ? null : SHAPES.computeIfAbsent(type, Beans::shapeOf);
        if (shape == null) {
            Json.quote(value.toString(), out);
            return;
        }
        out.append('{');
        boolean first = true;
        for (var getter : shape.getters.entrySet()) {
            Object member;
            try {
                member = getter.getValue().get(value);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("reading " + getter.getKey() + " of " + type.getName(), e);
            }
            if (member != null) {
                if (!first) {
                    out.append(',');
                }
                first = false;
                Json.quote(getter.getKey(), out);
                out.append(':');
                Json.write(member, out, this);
            }
        }
        out.append('}');
    }

    private static boolean isOfTheJdk(Class<?> type) {
        return type.getName().startsWith("java.");
    }

    private static boolean isText(Class<?> type) {
        return type.getName().startsWith("org.joda.time.");
    }
}
