package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Access;
import dev.tsumuji.kernel.cloud.Actions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.lambda.model.AddPermissionRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.TagResourceRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;

/**
 * What Lambda's operations need to be allowed: the action of their name on the function that they name, and
 * {@code iam:PassRole} where a role is handed over.
 *
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html">Actions of Lambda</a>
 */
final class LambdaActions implements Actions {
    private final FunctionStore store;

    LambdaActions(FunctionStore store) {
        this.store = store;
    }

    @Override
    public List<Access> of(String operation, SdkRequest request, Call call) {
        var needed = new ArrayList<Access>(2);
        var action = "lambda:" + (operation.equals("Invoke") ? "InvokeFunction" : operation);
        needed.add(access(action, request, call).with(context(request)));
        passed(request)
                .ifPresent(role -> needed.add(Access.of("iam:PassRole", role, call.account())
                        .with(Map.of("iam:PassedToService", List.of(Roles.SERVICE_PRINCIPAL)))));
        return needed;
    }

    private Access access(String action, SdkRequest request, Call call) {
        if (request instanceof CreateFunctionRequest create) {
            var id = FunctionName.ofNew(create.functionName(), call);
            return Access.of(action, id.arn(), id.account());
        }
        if (action.endsWith("EventSourceMapping") || action.endsWith("EventSourceMappings")) {
            return mapping(action, request, call);
        }
        var resource = member(request, "Resource");
        if (resource != null) {
            var account = Arn.isArn(resource) ? Arn.parse(resource).account() : call.account();
            return Access.of(action, resource, account);
        }
        var text = member(request, "FunctionName");
        if (text == null) {
            return Access.of(action, "*", call.account());
        }
        var name = FunctionName.of(text, member(request, "Qualifier"), call);
        var qualifier = name.qualifier() == null ? "" : name.qualifier();
        return Access.of(action, name.arn(), name.id().account()).guardedBy(() -> store.policy(name.id(), qualifier));
    }

    /** Of a mapping itself; the function that it is for is a condition. */
    private static Access mapping(String action, SdkRequest request, Call call) {
        var uuid = member(request, "UUID");
        var access = Access.of(
                action,
                uuid == null
                        ? "*"
                        : "arn:aws:lambda:" + call.region() + ":" + call.account() + ":event-source-mapping:" + uuid,
                call.account());
        var function = member(request, "FunctionName");
        return function == null
                ? access
                : access.with(Map.of(
                        "lambda:FunctionArn",
                        List.of(FunctionName.of(function, null, call).arn())));
    }

    private static @Nullable String member(SdkRequest request, String member) {
        return request.getValueForField(member, Object.class)
                .map(Object::toString)
                .orElse(null);
    }

    private static Optional<String> passed(SdkRequest request) {
        return switch (request) {
            case CreateFunctionRequest create -> Optional.ofNullable(create.role());
            case UpdateFunctionConfigurationRequest update -> Optional.ofNullable(update.role());
            default -> Optional.empty();
        };
    }

    private static Map<String, List<String>> context(SdkRequest request) {
        return switch (request) {
            case AddPermissionRequest add -> Map.of("lambda:Principal", List.of(add.principal()));
            case CreateFunctionRequest create -> tags(create.tags());
            case TagResourceRequest tag -> tags(tag.tags());
            default -> Map.of();
        };
    }

    private static Map<String, List<String>> tags(Map<String, String> tags) {
        if (tags.isEmpty()) {
            return Map.of();
        }
        var context = new java.util.HashMap<String, List<String>>();
        context.put("aws:TagKeys", List.copyOf(tags.keySet()));
        tags.forEach((key, value) -> context.put("aws:RequestTag/" + key, List.of(value)));
        return context;
    }
}
