package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Tuple;
import java.util.ArrayList;
import java.util.Objects;
import software.amazon.awssdk.services.lambda.model.Concurrency;
import software.amazon.awssdk.services.lambda.model.FunctionCodeLocation;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.FunctionVersion;
import software.amazon.awssdk.services.lambda.model.GetFunctionCodeSigningConfigRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionCodeSigningConfigResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionResponse;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatusReasonCode;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionsResponse;
import software.amazon.awssdk.services.lambda.model.ListVersionsByFunctionRequest;
import software.amazon.awssdk.services.lambda.model.ListVersionsByFunctionResponse;
import software.amazon.awssdk.services.lambda.model.RuntimeVersionConfig;
import software.amazon.awssdk.services.lambda.model.State;
import software.amazon.awssdk.services.lambda.model.StateReasonCode;

/**
 * Shows functions. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html">GetFunction</a>
 */
final class FunctionViews {
    private final FunctionStore store;
    private final CodeDownloads downloads;

    FunctionViews(FunctionStore store, CodeDownloads downloads) {
        this.store = store;
        this.downloads = downloads;
    }

    GetFunctionResponse get(GetFunctionRequest request) {
        var name = FunctionName.of(request.functionName(), request.qualifier(), Call.current());
        var target = target(name);
        var head = store.head(name.id());
        var answer = GetFunctionResponse.builder()
                .configuration(shown(target.configuration(), name))
                .code(FunctionCodeLocation.builder()
                        .repositoryType("S3")
                        .location(downloads.location(target.function()))
                        .build());
        if (!head.tags().isEmpty()) {
            answer.tags(head.tags());
        }
        if (target.reserved() != null) {
            answer.concurrency(Concurrency.builder()
                    .reservedConcurrentExecutions(target.reserved())
                    .build());
        }
        return answer.build();
    }

    GetFunctionConfigurationResponse configuration(GetFunctionConfigurationRequest request) {
        var name = FunctionName.of(request.functionName(), request.qualifier(), Call.current());
        return Members.copy(shown(target(name).configuration(), name), GetFunctionConfigurationResponse.builder())
                .build();
    }

    /** No function has a code signing configuration, as none can be made. */
    GetFunctionCodeSigningConfigResponse codeSigning(GetFunctionCodeSigningConfigRequest request) {
        var id = FunctionName.of(request.functionName(), null, Call.current()).id();
        store.head(id);
        return GetFunctionCodeSigningConfigResponse.builder()
                .functionName(id.name())
                .build();
    }

    ListFunctionsResponse list(ListFunctionsRequest request) {
        var call = Call.current();
        boolean all = request.functionVersion() == FunctionVersion.ALL;
        int limit = Paging.limit(request.maxItems());
        return store.kv().read(snapshot -> {
            var range = Paging.after(LambdaKeys.heads(call.account(), call.region()), request.marker());
            var heads = snapshot.scan(range, limit + 1);
            var shown = new ArrayList<FunctionConfiguration>();
            for (var entry : Paging.page(heads, limit)) {
                var name = (String)
                        Objects.requireNonNull(Tuple.unpack(entry.key()).getLast());
                var id = new FunctionId(call.account(), call.region(), name);
                for (var version : snapshot.scan(LambdaKeys.versions(id), all ? Integer.MAX_VALUE : 1)) {
                    shown.add(listed(store.function(version.value()).configuration(), id, all));
                }
            }
            var next = Paging.next(heads, limit);
            return ListFunctionsResponse.builder()
                    .functions(shown)
                    .nextMarker(next)
                    .build();
        });
    }

    ListVersionsByFunctionResponse versions(ListVersionsByFunctionRequest request) {
        var id = FunctionName.of(request.functionName(), null, Call.current()).id();
        int limit = Paging.limit(request.maxItems());
        return store.kv().read(snapshot -> {
            store.head(snapshot, id);
            var found = snapshot.scan(Paging.after(LambdaKeys.versions(id), request.marker()), limit + 1);
            var shown = Paging.page(found, limit).stream()
                    .map(entry -> listed(store.function(entry.value()).configuration(), id, true))
                    .toList();
            var next = Paging.next(found, limit);
            return ListVersionsByFunctionResponse.builder()
                    .versions(shown)
                    .nextMarker(next)
                    .build();
        });
    }

    private Target target(FunctionName name) {
        return store.resolve(name).orElseThrow(() -> LambdaErrors.functionNotFound(name.arn()));
    }

    /** With the ARN as it was asked for. */
    private static FunctionConfiguration shown(FunctionConfiguration configuration, FunctionName name) {
        return name.qualifier() == null
                ? configuration
                : configuration.toBuilder().functionArn(name.arn()).build();
    }

    /** Lists leave out the states. */
    private static FunctionConfiguration listed(FunctionConfiguration configuration, FunctionId id, boolean qualified) {
        return configuration.toBuilder()
                .functionArn(qualified ? id.arn(configuration.version()) : configuration.functionArn())
                .runtimeVersionConfig((RuntimeVersionConfig) null)
                .state((State) null)
                .stateReason(null)
                .stateReasonCode((StateReasonCode) null)
                .lastUpdateStatus((LastUpdateStatus) null)
                .lastUpdateStatusReason(null)
                .lastUpdateStatusReasonCode((LastUpdateStatusReasonCode) null)
                .build();
    }
}
