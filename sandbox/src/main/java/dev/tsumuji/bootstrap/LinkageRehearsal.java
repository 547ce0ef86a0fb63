package dev.tsumuji.bootstrap;

import java.io.IOException;
import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.StringConcatFactory;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Links lambdas and concatenations the way the JVM links a function's: it makes a class for each when it is first met. Those of
 * the program itself come linked from an AOT cache, so that this machinery would first run, interpreted, for the function.
 */
final class LinkageRehearsal {

    private static final int ROUNDS = 8;
    private static final Class<?>[] PARTS = {String.class, int.class, Object.class, long.class};

    private LinkageRehearsal() {}

    static void run() throws IOException {
        try {
            var lookup = MethodHandles.lookup();
            for (int round = 0; round < ROUNDS; round++) {
                lambda(lookup, "accept", Consumer.class, void.class, Object.class);
                lambda(lookup, "apply", Function.class, Object.class, Object.class);
                lambda(lookup, "apply", BiFunction.class, Object.class, Object.class, Object.class);
                lambda(lookup, "get", Supplier.class, Object.class);
            }
            for (int length = 1; length <= ROUNDS; length++) {
                var types = new Class<?>[length];
                for (int i = 0; i < length; i++) {
                    types[i] = PARTS[(i + length) % PARTS.length];
                }
                var recipe = "a " + "\1 b ".repeat(length);
                StringConcatFactory.makeConcatWithConstants(
                        lookup, "text", MethodType.methodType(String.class, types), recipe);
            }
        } catch (Throwable e) {
            throw new IOException("lambdas can't be linked", e);
        }
    }

    /** With a captured value, as most have, and without. */
    private static void lambda(
            MethodHandles.Lookup lookup, String name, Class<?> type, Class<?> result, Class<?>... parameters)
            throws Throwable {
        var body = result == void.class ? "take" : "give";
        var erased = MethodType.methodType(result, parameters);
        LambdaMetafactory.metafactory(
                        lookup,
                        name,
                        MethodType.methodType(type),
                        erased,
                        lookup.findStatic(LinkageRehearsal.class, body, erased),
                        erased)
                .getTarget()
                .invoke();
        var capturing = erased.insertParameterTypes(0, Object.class);
        LambdaMetafactory.metafactory(
                        lookup,
                        name,
                        MethodType.methodType(type, Object.class),
                        erased,
                        lookup.findStatic(LinkageRehearsal.class, body, capturing),
                        erased)
                .getTarget()
                .invoke((Object) name);
    }

    private static void take(Object first) {}

    private static void take(Object first, Object second) {}

    private static Object give() {
        return "";
    }

    private static Object give(Object first) {
        return first;
    }

    private static Object give(Object first, Object second) {
        return first;
    }

    private static Object give(Object first, Object second, Object third) {
        return first;
    }
}
