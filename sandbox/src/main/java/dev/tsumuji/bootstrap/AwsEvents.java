package dev.tsumuji.bootstrap;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Between JSON and AWS's event classes ({@code aws-lambda-java-events}), done by AWS's own library, because these classes
 * can't be bound without knowing each: names that differ, constructors only, Joda's dates in the function's copy. The library
 * lies beside this program in a class loader of its own, which the function's code doesn't see, and is loaded when a handler
 * takes or answers such a class. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/java-package.html">AWS's libraries for Java</a>
 */
final class AwsEvents {

    private static final String EVENTS = "com.amazonaws.services.lambda.runtime.events.";
    private static final String LIBRARY = "com.amazonaws.services.lambda.runtime.serialization.";
    private static final Map<Type, Object> SERIALIZERS = new ConcurrentHashMap<>();

    private AwsEvents() {}

    /** Whether a class of AWS's events is in it, or beneath it. */
    static boolean covers(Type type) {
        if (type instanceof ParameterizedType p) {
            return covers(p.getRawType())
                    || Arrays.stream(p.getActualTypeArguments()).anyMatch(AwsEvents::covers);
        }
        for (var c = type instanceof Class<?> whole ? whole : null; c != null; c = c.getSuperclass()) {
            if (c.getName().startsWith(EVENTS)) {
                return true;
            }
        }
        return false;
    }

    /** Loads what reading and writing this type needs, so that it counts as part of the start. */
    static void prepare(Type type) {
        SERIALIZERS.computeIfAbsent(type, AwsEvents::serializer);
    }

    static @Nullable Object read(byte[] json, Type type) {
        try {
            return call(Loaded.READ, type, new ByteArrayInputStream(json));
        } catch (RuntimeException e) {
            throw new Handler.IllegalEvent(e);
        }
    }

    static byte[] write(Object value) {
        var out = new ByteArrayOutputStream(512);
        call(Loaded.WRITE, value.getClass(), value, out);
        return out.toByteArray();
    }

    private static @Nullable Object call(Method method, Type type, Object... arguments) {
        try {
            return method.invoke(SERIALIZERS.computeIfAbsent(type, AwsEvents::serializer), arguments);
        } catch (InvocationTargetException e) {
            switch (e.getCause()) {
                case RuntimeException unchecked -> throw unchecked;
                case Error error -> throw error;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    /** The classes that AWS's library knows by name are read its special way, others as any class. */
    private static Object serializer(Type type) {
        try {
            var special = Loaded.library("events.LambdaEventSerializers");
            if (type instanceof Class<?> c
                    && Boolean.TRUE.equals(special.getMethod("isLambdaSupportedEvent", String.class)
                            .invoke(null, c.getName()))) {
                return special.getMethod("serializerFor", Class.class, ClassLoader.class)
                        .invoke(null, c, c.getClassLoader());
            }
            var plain = Loaded.library("factories.JacksonFactory");
            var factory = plain.getMethod("getInstance").invoke(null);
            return type instanceof Class<?>
                    ? plain.getMethod("getSerializer", Class.class).invoke(factory, type)
                    : plain.getMethod("getSerializer", Type.class).invoke(factory, type);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("AWS's serialization of events doesn't take " + type.getTypeName(), e);
        }
    }

    /** The library, once it is needed. */
    private static final class Loaded {
        private static final ClassLoader LOADER = loader();
        private static final Method READ = method("fromJson", InputStream.class);
        private static final Method WRITE = method("toJson", Object.class, OutputStream.class);

        private Loaded() {}

        static Class<?> library(String name) throws ClassNotFoundException {
            return Class.forName(LIBRARY + name, true, LOADER);
        }

        private static ClassLoader loader() {
            var jar = new File(System.getenv("LAMBDA_RUNTIME_DIR"), "serialization.jar");
            try {
                return new URLClassLoader(
                        "aws-lambda-java-serialization",
                        new java.net.URL[] {
                            URI.create("file:" + jar.getAbsolutePath()).toURL()
                        },
                        ClassLoader.getPlatformClassLoader());
            } catch (MalformedURLException e) {
                throw new AssertionError(e);
            }
        }

        private static Method method(String name, Class<?>... parameters) {
            try {
                return library("PojoSerializer").getMethod(name, parameters);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
