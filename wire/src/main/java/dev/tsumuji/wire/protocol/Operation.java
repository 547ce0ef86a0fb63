package dev.tsumuji.wire.protocol;

import dev.tsumuji.kernel.cloud.EventAnswer;
import dev.tsumuji.kernel.cloud.Service;
import dev.tsumuji.wire.catalog.ServiceModel;
import dev.tsumuji.wire.http.Request;
import dev.tsumuji.wire.shape.Member;
import dev.tsumuji.wire.shape.Shape;
import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;

/**
 * One operation of a service that the platform has. Its classes are looked up on first use, so that starting doesn't pay for
 * operations that nobody calls; the method is then called without reflection.
 */
final class Operation {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    private final ServiceModel.Operation model;
    private final Route route;
    private final Service service;
    private volatile @Nullable Linked linked;
    private volatile @Nullable List<Member> required;

    Operation(ServiceModel.Operation model, Service service) {
        this.model = model;
        this.service = service;
        route = new Route(model.uri());
    }

    /**
     * @param unary calls an operation whose payloads are no streams
     * @param streaming takes the service, the request, then a request body and a response transformer where it has them, or
     *     what takes its events
     */
    private record Linked(
            boolean built,
            Supplier<Object> newRequest,
            BiFunction<Object, Object, Object> unary,
            MethodHandle streaming,
            boolean events) {
        static final Linked ABSENT = new Linked(
                false, Object::new, (service, request) -> request, MethodHandles.identity(Object.class), false);
    }

    String name() {
        return model.name();
    }

    ServiceModel.Operation model() {
        return model;
    }

    Route route() {
        return route;
    }

    /** Whether the service answers with events; see {@link EventAnswer}. */
    boolean events() {
        return link().events();
    }

    void call(SdkRequest request, EventAnswer<?, ?> answer) {
        try {
            link().streaming().invoke(service.implementation(), request, answer);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a client interface declares no checked exception", e);
        }
    }

    /** Whether the service overrides the client interface's method. */
    boolean built() {
        return link().built();
    }

    /**
     * How many members outside of path and body the operation requires, when the request has them all, else -1. Some
     * of S3's operations share verb and path, and differ in nothing else.
     */
    int requiredParameters(Request request, QueryString query) {
        for (var member : required()) {
            boolean there = member.location() == MarshallLocation.HEADER
                    ? request.headers().has(member.wireName())
                    : query.has(member.wireName());
            if (!there) {
                return -1;
            }
        }
        return required().size();
    }

    private List<Member> required() {
        var known = required;
        if (known == null) {
            known = link().newRequest().get() instanceof SdkPojo builder
                    ? Shape.of(builder).members().stream()
                            .filter(member -> member.required()
                                    && (member.location() == MarshallLocation.HEADER
                                            || member.location() == MarshallLocation.QUERY_PARAM))
                            .toList()
                    : List.of();
            required = known;
        }
        return known;
    }

    SdkPojo newRequest() {
        return (SdkPojo) link().newRequest().get();
    }

    SdkPojo call(SdkRequest request) {
        return (SdkPojo) link().unary().apply(service.implementation(), request);
    }

    Object call(SdkRequest request, @Nullable RequestBody body, @Nullable ResponseTransformer<?, ?> answer) {
        try {
            var method = link().streaming();
            if (body != null && answer != null) {
                return method.invoke(service.implementation(), request, body, answer);
            }
            return method.invoke(service.implementation(), request, body != null ? body : answer);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a client interface declares no checked exception", e);
        }
    }

    private Linked link() {
        var known = linked;
        if (known == null) {
            try {
                known = find();
            } catch (Throwable e) {
                throw new IllegalStateException("the SDK has no " + service.name() + "." + model.name(), e);
            }
            linked = known;
        }
        return known;
    }

    private Linked find() throws Throwable {
        var method = method();
        if (method == null) {
            var events = eventMethod();
            return events == null
                    ? Linked.ABSENT
                    : new Linked(
                            true,
                            supplier(LOOKUP.unreflect(events.getParameterTypes()[0].getMethod("builder"))),
                            (service, request) -> {
                                throw new IllegalStateException(events.getName() + " answers with events");
                            },
                            LOOKUP.unreflect(events),
                            true);
        }
        var request = method.getParameterTypes()[0];
        var builder = LOOKUP.unreflect(request.getMethod("builder"));
        var handle = LOOKUP.unreflect(method);
        var override = service.implementation()
                .getClass()
                .getMethod(method.getName(), method.getParameterTypes())
                .getDeclaringClass();
        return new Linked(override != service.api(), supplier(builder), function(handle, method), handle, false);
    }

    /** The method of an operation that answers with events; null when the service hasn't built it. */
    private @Nullable Method eventMethod() {
        for (var method : service.implementation().getClass().getMethods()) {
            var types = method.getParameterTypes();
            if (method.getName().equalsIgnoreCase(model.name())
                    && types.length == 2
                    && SdkRequest.class.isAssignableFrom(types[0])
                    && types[1] == EventAnswer.class) {
                return method;
            }
        }
        return null;
    }

    /** Null for the operations that answer with events, which synchronous interfaces don't have. */
    private @Nullable Method method() {
        for (var method : service.api().getMethods()) {
            var types = method.getParameterTypes();
            if (method.getName().equalsIgnoreCase(model.name())
                    && types.length > 0
                    && SdkRequest.class.isAssignableFrom(types[0])
                    && types.length == 1 + (model.streamingInput() ? 1 : 0) + (model.streamingOutput() ? 1 : 0)
                    && (!model.streamingInput() || types[1] == RequestBody.class)
                    && (!model.streamingOutput() || types[types.length - 1] == ResponseTransformer.class)) {
                return method;
            }
        }
        return null;
    }

    @SuppressWarnings("unchecked")
    private static Supplier<Object> supplier(MethodHandle builder) throws Throwable {
        return (Supplier<Object>) LambdaMetafactory.metafactory(
                        LOOKUP,
                        "get",
                        MethodType.methodType(Supplier.class),
                        MethodType.methodType(Object.class),
                        builder,
                        builder.type())
                .getTarget()
                .invoke();
    }

    @SuppressWarnings("unchecked")
    private static BiFunction<Object, Object, Object> function(MethodHandle handle, Method method) throws Throwable {
        if (method.getParameterCount() > 1) {
            return (service, request) -> {
                throw new IllegalStateException(method.getName() + " takes streams");
            };
        }
        return (BiFunction<Object, Object, Object>) LambdaMetafactory.metafactory(
                        LOOKUP,
                        "apply",
                        MethodType.methodType(BiFunction.class),
                        MethodType.methodType(Object.class, Object.class, Object.class),
                        handle,
                        handle.type())
                .getTarget()
                .invoke();
    }
}
