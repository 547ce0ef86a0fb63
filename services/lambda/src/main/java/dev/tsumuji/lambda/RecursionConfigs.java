package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Call;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.lambda.model.GetFunctionRecursionConfigRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionRecursionConfigResponse;
import software.amazon.awssdk.services.lambda.model.PutFunctionRecursionConfigRequest;
import software.amazon.awssdk.services.lambda.model.PutFunctionRecursionConfigResponse;
import software.amazon.awssdk.services.lambda.model.RecursiveInvocationException;
import software.amazon.awssdk.services.lambda.model.RecursiveLoop;

/**
 * Stops functions that invoke themselves without end, unless they may. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html">Recursive loop detection</a>
 */
final class RecursionConfigs {
    private static final String DETECTED =
            "Lambda has detected your function being invoked in a recursive loop with other"
                    + " AWS resources and stopped your function's invocation.";

    private final FunctionStore store;

    RecursionConfigs(FunctionStore store) {
        this.store = store;
    }

    PutFunctionRecursionConfigResponse put(PutFunctionRecursionConfigRequest request) {
        var id = FunctionName.of(request.functionName(), null, Call.current()).id();
        store.change(id, txn -> {
            store.head(txn, id);
            txn.put(
                    LambdaKeys.recursion(id),
                    LambdaKeys.RECURSION.encode(new Recursion(request.recursiveLoopAsString())));
        });
        return PutFunctionRecursionConfigResponse.builder()
                .recursiveLoop(request.recursiveLoop())
                .build();
    }

    GetFunctionRecursionConfigResponse get(GetFunctionRecursionConfigRequest request) {
        var id = FunctionName.of(request.functionName(), null, Call.current()).id();
        store.head(id);
        return GetFunctionRecursionConfigResponse.builder()
                .recursiveLoop(of(id))
                .build();
    }

    private RecursiveLoop of(FunctionId id) {
        var set = store.kv()
                .<@Nullable Recursion>read(
                        snapshot -> LambdaKeys.RECURSION.decodeNullable(snapshot.get(LambdaKeys.recursion(id))));
        return set == null ? RecursiveLoop.TERMINATE : RecursiveLoop.fromValue(set.recursiveLoop());
    }

    /** Whether an invocation with this trace header has to be stopped. */
    boolean stops(FunctionId id, @Nullable String traceHeader) {
        return Lineage.isLoop(traceHeader, id) && of(id) == RecursiveLoop.TERMINATE;
    }

    /** Refuses an invocation that is one too many. */
    void check(FunctionId id, @Nullable String traceHeader) {
        if (stops(id, traceHeader)) {
            throw RecursiveInvocationException.builder()
                    .type("User")
                    .statusCode(400)
                    .message(DETECTED)
                    .awsErrorDetails(AwsErrorDetails.builder()
                            .errorCode("RecursiveInvocationException")
                            .errorMessage(DETECTED)
                            .build())
                    .build();
        }
    }
}
