package dev.tsumuji.kernel.cloud;

import dev.tsumuji.kernel.call.Call;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkRequest;

/**
 * The one place where calls are authorised, whichever way they came: binds the {@link Call}, asks the {@link Authorizer}
 * for everything the operation needs, runs it, and leaves an audit record. Stateless and thread-safe.
 */
public final class Gate {
    private final Authorizer authorizer;
    private final Audit audit;

    public Gate(Authorizer authorizer, Audit audit) {
        this.authorizer = authorizer;
        this.audit = audit;
    }

    /**
     * Runs one operation.
     *
     * @param operation as the model names it, {@code CreateFunction}
     * @param body calls the service's method
     * @throws AwsServiceException 403 when it is not allowed, else what the operation throws
     */
    public <T> T call(Call call, Service service, String operation, SdkRequest request, Supplier<T> body) {
        return ScopedValue.where(Call.CURRENT, call).call(() -> {
            var decisions = new ArrayList<Decision>(1);
            var start = System.nanoTime();
            var error = "InternalFailure";
            try {
                var denied = authorise(call, service, operation, request, decisions);
                var answer = Denied.bind(denied).call(body::get);
                error = "";
                return answer;
            } catch (AwsServiceException e) {
                error = code(e);
                throw e;
            } catch (UnsupportedOperationException e) {
                error = "NotImplemented";
                throw e;
            } finally {
                audit.record(
                        new Audit.Entry(call, service.name(), operation, decisions, error, System.nanoTime() - start));
            }
        });
    }

    /** @return what is refused of it alone, by resource */
    private Map<String, String> authorise(
            Call call, Service service, String operation, SdkRequest request, List<Decision> decisions) {
        var denied = new HashMap<String, String>();
        var needed = service.actions().of(operation, request, call);
        if (needed.isEmpty()) {
            throw new AssertionError(service.name() + "." + operation + " names no permission");
        }
        for (var access : needed) {
            var decision = authorizer.decide(call, access);
            decisions.add(decision);
            if (!decision.allowed()) {
                var message = denial(call, service, access, decision);
                if (!access.apart()) {
                    throw Failures.of(service.deniedCode(), 403, message);
                }
                denied.putIfAbsent(access.resource(), message);
            }
        }
        return denied;
    }

    /** S3 tells strangers nothing, and writes resources in quotes. */
    private static String denial(Call call, Service service, Access access, Decision decision) {
        boolean s3 = service.name().equals("s3");
        if (s3 && !call.principal().account().equals(access.resourceAccount())) {
            return "Access Denied";
        }
        var resource = s3 ? "\"" + access.resource() + "\"" : access.resource();
        var on = access.resource().equals("*") ? "" : " on resource: " + resource;
        return "User: " + call.principal().arn() + " is not authorized to perform: " + access.action() + on
                + (decision.reason().isEmpty() ? "" : " " + decision.reason());
    }

    private static String code(AwsServiceException e) {
        var details = e.awsErrorDetails();
        return details != null && details.errorCode() != null
                ? details.errorCode()
                : e.getClass().getSimpleName();
    }
}
