package dev.tsumuji.kernel.cloud;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.time.Ids;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.core.SdkRequest;

/** The services of this process, by their client interface. Thread-safe; services are added while the platform is put together. */
public final class LocalCloud implements Cloud {
    private final Map<Class<?>, Service> services = new ConcurrentHashMap<>();
    private final Gate gate;
    private final InstantSource clock;
    private final Ids ids;

    public LocalCloud(Gate gate, InstantSource clock, Ids ids) {
        this.gate = gate;
        this.clock = clock;
        this.ids = ids;
    }

    public void add(Service service) {
        if (services.putIfAbsent(service.api(), service) != null) {
            throw new IllegalStateException(
                    "two services implement " + service.api().getName());
        }
    }

    @Override
    public <C extends SdkClient> C client(Class<C> api, Caller caller) {
        return client(api, caller.principal(), () -> call(caller));
    }

    @Override
    public <C extends SdkClient> C client(Class<C> api, Call call) {
        return client(api, call.principal(), () -> call);
    }

    private <C extends SdkClient> C client(Class<C> api, Principal principal, Supplier<Call> calls) {
        var service = service(api);
        if (service == null) {
            throw new IllegalArgumentException("the platform has no " + api.getSimpleName());
        }
        return api.cast(Proxy.newProxyInstance(
                api.getClassLoader(), new Class<?>[] {api}, new Inside(service, principal, calls)));
    }

    /** By its client interface, else by an interface for answers with events; see {@link EventAnswer}. */
    private @Nullable Service service(Class<?> api) {
        var service = services.get(api);
        if (service != null) {
            return service;
        }
        for (var other : services.values()) {
            if (api.isInstance(other.implementation())) {
                return other;
            }
        }
        return null;
    }

    private Call call(Caller caller) {
        return new Call(
                caller.account(),
                caller.region(),
                caller.principal(),
                caller.session(),
                null,
                ids.uuid(),
                "127.0.0.1",
                "tsumuji",
                clock.instant(),
                true,
                caller.context());
    }

    /** Turns a method of a client interface into a call through the gate. */
    private final class Inside implements InvocationHandler {
        private final Service service;
        private final Principal principal;
        private final Supplier<Call> calls;

        Inside(Service service, Principal principal, Supplier<Call> calls) {
            this.service = service;
            this.principal = principal;
            this.calls = calls;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            if (arguments == null || !(arguments[0] instanceof SdkRequest request)) {
                return aside(proxy, method, arguments);
            }
            if (method.getName().endsWith("Paginator")) {
                return InvocationHandler.invokeDefault(proxy, method, arguments);
            }
            var operation = Character.toUpperCase(method.getName().charAt(0))
                    + method.getName().substring(1);
            return gate.call(calls.get(), service, operation, request, () -> run(method, arguments));
        }

        /** Overloads that end in the real one, and the methods every object has. */
        private @Nullable Object aside(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            return switch (method.getName()) {
                case "toString" -> service.name() + " for " + principal.arn();
                case "hashCode" -> System.identityHashCode(proxy);
                case "equals" -> arguments != null && proxy == arguments[0];
                case "serviceName" -> service.name();
                case "close" -> null;
                default -> InvocationHandler.invokeDefault(proxy, method, arguments);
            };
        }

        private Object run(Method method, Object[] arguments) {
            try {
                return method.invoke(service.implementation(), arguments);
            } catch (InvocationTargetException e) {
                throw unchecked(e.getCause());
            } catch (IllegalAccessException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static RuntimeException unchecked(@Nullable Throwable cause) {
        return switch (cause) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            case null -> new IllegalStateException("failed without a cause");
            default -> new IllegalStateException("a client interface declares no checked exception", cause);
        };
    }
}
