package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Access;
import dev.tsumuji.kernel.cloud.Actions;
import dev.tsumuji.lambda.LayerName.LayerVersionName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.lambda.model.AddPermissionRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionUrlConfigRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionByArnRequest;
import software.amazon.awssdk.services.lambda.model.TagResourceRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionUrlConfigRequest;

/**
 * What Lambda's operations need to be allowed: the action of their name on the function that they name, and
 * {@code iam:PassRole} where a role is handed over.
 *
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html">Actions of Lambda</a>
 */
final class LambdaActions implements Actions {
    private final FunctionStore store;
    private final LayerPermissions layers;

    LambdaActions(FunctionStore store, LayerPermissions layers) {
        this.store = store;
        this.layers = layers;
    }

    @Override
    public List<Access> of(String operation, SdkRequest request, Call call) {
        var needed = new ArrayList<Access>(2);
        var action = "lambda:" + action(operation, call);
        needed.add(access(action, request, call).with(context(request)));
        passed(request)
                .ifPresent(role -> needed.add(Access.of("iam:PassRole", role, call.account())
                        .with(Map.of("iam:PassedToService", List.of(Roles.SERVICE_PRINCIPAL)))));
        for (var layer : layers(request)) {
            needed.add(layerVersion("lambda:GetLayerVersion", layer));
        }
        return needed;
    }

    /** Only {@link FunctionUrls} makes calls with this condition key, so who has it came by a function URL. */
    private static String action(String operation, Call call) {
        return switch (operation) {
            case "Invoke", "InvokeWithResponseStream" ->
                call.context().containsKey(FunctionUrls.AUTH_TYPE_KEY) ? "InvokeFunctionUrl" : "InvokeFunction";
            case "GetLayerVersionByArn" -> "GetLayerVersion";
            default -> operation;
        };
    }

    /** Layers that a function is to have; those with names that no layer has are refused by the operation itself. */
    private static List<LayerVersionName> layers(SdkRequest request) {
        var arns = switch (request) {
            case CreateFunctionRequest create -> create.layers();
            case UpdateFunctionConfigurationRequest update -> update.layers();
            default -> List.<String>of();
        };
        return arns.stream()
                .filter(arn -> LayerName.VERSION_ARN.matcher(arn).matches())
                .map(LayerVersionName::ofArn)
                .toList();
    }

    private Access layerVersion(String action, LayerVersionName version) {
        return Access.of(action, version.arn(), version.layer().account()).guardedBy(() -> layers.document(version));
    }

    private Access layer(String action, String layer, SdkRequest request, Call call) {
        var name = LayerName.of(layer, call);
        var number = member(request, "VersionNumber");
        if (number == null) {
            return Access.of(action, action.equals("lambda:ListLayerVersions") ? "*" : name.arn(), name.account());
        }
        return layerVersion(action, name.version(Long.parseLong(number)));
    }

    private Access access(String action, SdkRequest request, Call call) {
        if (request instanceof CreateFunctionRequest create) {
            var id = FunctionName.ofNew(create.functionName(), call);
            return Access.of(action, id.arn(), id.account());
        }
        if (action.endsWith("EventSourceMapping") || action.endsWith("EventSourceMappings")) {
            return mapping(action, request, call);
        }
        if (request instanceof GetLayerVersionByArnRequest byArn
                && LayerName.VERSION_ARN.matcher(byArn.arn()).matches()) {
            return layerVersion(action, LayerVersionName.ofArn(byArn.arn()));
        }
        var layer = member(request, "LayerName");
        if (layer != null) {
            return layer(action, layer, request, call);
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
            case AddPermissionRequest add -> permission(add);
            case CreateFunctionUrlConfigRequest url
            when url.authType() != null -> Map.of(FunctionUrls.AUTH_TYPE_KEY, List.of(url.authTypeAsString()));
            case UpdateFunctionUrlConfigRequest url
            when url.authType() != null -> Map.of(FunctionUrls.AUTH_TYPE_KEY, List.of(url.authTypeAsString()));
            case CreateFunctionRequest create -> tags(create.tags());
            case TagResourceRequest tag -> tags(tag.tags());
            default -> Map.of();
        };
    }

    private static Map<String, List<String>> permission(AddPermissionRequest add) {
        var principal = List.of(add.principal());
        return add.functionUrlAuthType() == null
                ? Map.of("lambda:Principal", principal)
                : Map.of(
                        "lambda:Principal",
                        principal,
                        FunctionUrls.AUTH_TYPE_KEY,
                        List.of(add.functionUrlAuthTypeAsString()));
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
