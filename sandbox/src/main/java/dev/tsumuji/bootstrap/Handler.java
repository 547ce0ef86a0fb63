package dev.tsumuji.bootstrap;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The function's code, found by the name of its handler and called with bytes. */
sealed interface Handler {

    byte[] handle(byte[] event, Context context) throws Throwable;

    /** A handler that can't be found; with AWS's words for it. */
    final class NotFound extends Exception {
        private static final long serialVersionUID = 1;
        final String type;

        NotFound(String type, String message) {
            super(message);
            this.type = type;
        }
    }

    /** {@code pkg.Class} or {@code pkg.Class::method}. */
    static Handler find(String name) throws Throwable {
        int colons = name.indexOf("::");
        var className = colons < 0 ? name : name.substring(0, colons);
        var methodName = colons < 0 ? "handleRequest" : name.substring(colons + 2);
        Class<?> type;
        try {
            type = Class.forName(className, true, Thread.currentThread().getContextClassLoader());
        } catch (ClassNotFoundException e) {
            throw new NotFound("java.lang.ClassNotFoundException", "Class not found: " + className);
        }
        boolean byInterface = methodName.equals("handleRequest");
        if (byInterface && RequestHandler.class.isAssignableFrom(type)) {
            return Typed.of(type);
        }
        if (byInterface && RequestStreamHandler.class.isAssignableFrom(type)) {
            return new Stream((RequestStreamHandler) instance(type));
        }
        if (colons < 0) {
            throw new NotFound(
                    "java.lang.NoSuchMethodException",
                    "Class " + className + " does not implement an appropriate handler interface");
        }
        return Plain.of(type, methodName);
    }

    private static Object instance(Class<?> type) throws Throwable {
        try {
            var constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (NoSuchMethodException e) {
            throw new NotFound(
                    "java.lang.NoSuchMethodException",
                    "Class " + type.getName() + " has no public zero-argument constructor");
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static @Nullable Object input(byte[] event, Type type) {
        if (type == byte[].class) {
            return event;
        }
        if (event.length > 0 && isOfAws(type)) {
            return AwsEvents.read(event, type);
        }
        try {
            var json = event.length == 0 ? null : Json.parse(new String(event, StandardCharsets.UTF_8));
            return isTree(type) && (json == null || type == Object.class || ((Class<?>) type).isInstance(json))
                    ? json
                    : Beans.bind(json, type);
        } catch (Json.Malformed | IllegalArgumentException | java.time.DateTimeException e) {
            throw new IllegalEvent(e);
        }
    }

    /** AWS's words for an event that doesn't fit the handler. */
    final class IllegalEvent extends RuntimeException {
        private static final long serialVersionUID = 1;

        IllegalEvent(Throwable cause) {
            super("An error occurred during JSON parsing", cause);
        }
    }

    /** Needs no class of its own to be read: what most small functions take. */
    private static boolean isTree(Type type) {
        return type == Object.class || type == Map.class || type == String.class || type == Integer.class;
    }

    /** What AWS's own library reads and writes; asked so that nothing is loaded for the usual types. */
    private static boolean isOfAws(Type type) {
        return !isTree(type)
                && (!(type instanceof Class<?> c) || !c.getName().startsWith("java."))
                && AwsEvents.covers(type);
    }

    private static byte[] output(@Nullable Object value) {
        if (value != null && isOfAws(value.getClass())) {
            return AwsEvents.write(value);
        }
        var out = new StringBuilder(256);
        Json.write(value, out, Late.BEANS);
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Loads {@link Beans} when a value needs it. */
    final class Late {
        static final Json.Others BEANS = new Json.Others() {
            @Override
            public void write(Object value, StringBuilder out) {
                new Beans().write(value, out);
            }
        };

        private Late() {}
    }

    /** @param type what the handler takes */
    record Typed(RequestHandler<@Nullable Object, @Nullable Object> handler, Type type) implements Handler {

        @SuppressWarnings("unchecked")
        static Typed of(Class<?> type) throws Throwable {
            var input = inputOf(type);
            if (isOfAws(input)) {
                AwsEvents.prepare(input);
            }
            return new Typed((RequestHandler<@Nullable Object, @Nullable Object>) instance(type), input);
        }

        /** Most classes say it in the one method that isn't generated; the rest in what they inherit. */
        private static Type inputOf(Class<?> type) {
            for (var method : type.getDeclaredMethods()) {
                if (method.getName().equals("handleRequest") && !method.isBridge() && method.getParameterCount() == 2) {
                    var raw = method.getParameterTypes()[0];
                    return isTree(raw) && raw != Map.class ? raw : simplest(method.getGenericParameterTypes()[0]);
                }
            }
            return inherited(type, Map.of());
        }

        /** A map to anything is what the parser makes. */
        private static Type simplest(Type type) {
            return type instanceof ParameterizedType p
                            && p.getRawType() == Map.class
                            && p.getActualTypeArguments()[0] == String.class
                            && p.getActualTypeArguments()[1] == Object.class
                    ? Map.class
                    : type;
        }

        private static Type inherited(Type type, Map<TypeVariable<?>, Type> known) {
            var raw = type instanceof ParameterizedType p ? (Class<?>) p.getRawType() : (Class<?>) type;
            var variables = new java.util.HashMap<>(known);
            if (type instanceof ParameterizedType p) {
                for (int i = 0; i < raw.getTypeParameters().length; i++) {
                    var argument = p.getActualTypeArguments()[i];
                    var resolved =
                            argument instanceof TypeVariable<?> v ? known.getOrDefault(v, Object.class) : argument;
                    variables.put(raw.getTypeParameters()[i], resolved);
                }
            }
            if (raw == RequestHandler.class) {
                return variables.getOrDefault(raw.getTypeParameters()[0], Object.class);
            }
            for (var parent : raw.getGenericInterfaces()) {
                if (RequestHandler.class.isAssignableFrom(rawOf(parent))) {
                    return inherited(parent, variables);
                }
            }
            var parent = raw.getGenericSuperclass();
            return parent == null ? Object.class : inherited(parent, variables);
        }

        private static Class<?> rawOf(Type type) {
            return type instanceof ParameterizedType p ? (Class<?>) p.getRawType() : (Class<?>) type;
        }

        @Override
        public byte[] handle(byte[] event, Context context) {
            return output(handler.handleRequest(input(event, type), context));
        }
    }

    record Stream(RequestStreamHandler handler) implements Handler {
        @Override
        public byte[] handle(byte[] event, Context context) throws Throwable {
            var out = new ByteArrayOutputStream(256);
            handler.handleRequest(new ByteArrayInputStream(event), out, context);
            return out.toByteArray();
        }
    }

    /** @param target null for a static method */
    record Plain(Method method, @Nullable Object target) implements Handler {

        static Plain of(Class<?> type, String name) throws Throwable {
            Method best = null;
            for (var method : type.getMethods()) {
                if (method.getName().equals(name) && !method.isBridge() && fits(method) && isBetter(method, best)) {
                    best = method;
                }
            }
            if (best == null) {
                throw new NotFound(
                        "java.lang.NoSuchMethodException",
                        "No public method named " + name + " with appropriate method signature found on class "
                                + type.getName());
            }
            best.setAccessible(true);
            for (var input : best.getGenericParameterTypes()) {
                if (input != Context.class && isOfAws(input)) {
                    AwsEvents.prepare(input);
                }
            }
            return new Plain(best, Modifier.isStatic(best.getModifiers()) ? null : instance(type));
        }

        private static boolean fits(Method method) {
            var types = method.getParameterTypes();
            int own = types.length - (types.length > 0 && types[types.length - 1] == Context.class ? 1 : 0);
            return own <= 1 || (own == 2 && types[0] == InputStream.class && types[1] == OutputStream.class);
        }

        /** A method with a context wins, then the one with more parameters. */
        private static boolean isBetter(Method method, @Nullable Method than) {
            return than == null || rank(method) > rank(than);
        }

        private static int rank(Method method) {
            var types = method.getParameterTypes();
            boolean context = types.length > 0 && types[types.length - 1] == Context.class;
            return types.length + (context ? 100 : 0);
        }

        @Override
        public byte[] handle(byte[] event, Context context) throws Throwable {
            var types = method.getGenericParameterTypes();
            var arguments = new @Nullable Object[types.length];
            var out = new ByteArrayOutputStream();
            boolean streams = false;
            for (int i = 0; i < types.length; i++) {
                if (types[i] == Context.class) {
                    arguments[i] = context;
                } else if (types[i] == InputStream.class) {
                    arguments[i] = new ByteArrayInputStream(event);
                } else if (types[i] == OutputStream.class) {
                    arguments[i] = out;
                    streams = true;
                } else {
                    arguments[i] = input(event, types[i]);
                }
            }
            try {
                var result = method.invoke(target, arguments);
                return streams ? out.toByteArray() : output(result);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }
}
