package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Snapshot;
import software.amazon.awssdk.services.lambda.model.AccountLimit;
import software.amazon.awssdk.services.lambda.model.AccountUsage;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionConcurrencyResponse;
import software.amazon.awssdk.services.lambda.model.GetAccountSettingsResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionConcurrencyResponse;
import software.amazon.awssdk.services.lambda.model.PutFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.PutFunctionConcurrencyResponse;

/**
 * Reserved concurrency, and the account's limits. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html">Reserved concurrency</a>
 */
final class Concurrency {
    private static final int FUNCTIONS_MAX = 1_000_000;

    private final FunctionStore store;
    private final int concurrencyMax;
    private final ConcurrencyGate gate;

    Concurrency(FunctionStore store, LambdaSettings settings) {
        this.store = store;
        this.concurrencyMax = settings.concurrencyMax();
        this.gate = new ConcurrencyGate(
                concurrencyMax,
                place -> store.kv().read(snapshot -> committed(snapshot, place.account(), place.region())));
    }

    ConcurrencyGate gate() {
        return gate;
    }

    /** What is provisioned for a function was changed. */
    void changed(String function) {
        var id = unqualified(function);
        gate.reservationsChanged(new ConcurrencyGate.Place(id.account(), id.region()));
    }

    PutFunctionConcurrencyResponse put(PutFunctionConcurrencyRequest request) {
        var name = FunctionName.of(request.functionName(), null, Call.current());
        if (name.qualifier() != null) {
            throw LambdaErrors.invalid(
                    "This operation is permitted on Lambda functions only. Aliases and versions do not support this"
                            + " operation. Please specify either a function name or an unqualified function ARN.");
        }
        var id = name.id();
        int wanted = request.reservedConcurrentExecutions();
        if (wanted < 0) {
            throw LambdaErrors.validation(LambdaErrors.problem(
                    Integer.toString(wanted), "reservedConcurrentExecutions", "have value greater than or equal to 0"));
        }
        store.change(id, txn -> {
            if (!store.exists(txn, id)) {
                throw LambdaErrors.functionNotFound(id.arn() + ":" + FunctionName.LATEST);
            }
            var own = LambdaKeys.RESERVED.decodeNullable(txn.get(LambdaKeys.reserved(id)));
            int others = reserved(txn, id.account(), id.region()) - (own == null ? 0 : own.concurrency());
            int provisioned = ProvisionedConcurrency.ofFunction(txn, id);
            if (wanted < provisioned) {
                throw LambdaErrors.invalidConcurrency(" ReservedConcurrentExecutions  " + wanted
                        + " should not be lower than function's total provisioned concurrency [" + provisioned + "].");
            }
            // an account with a small limit may still switch functions off
            int least = Math.min(LambdaLimits.UNRESERVED_CONCURRENCY_MIN, concurrencyMax);
            if (wanted > 0 && concurrencyMax - others - wanted < least) {
                throw LambdaErrors.invalidConcurrency(
                        "Specified ReservedConcurrentExecutions for function decreases account's"
                                + " UnreservedConcurrentExecution below its minimum value of [" + least + "].");
            }
            txn.put(LambdaKeys.reserved(id), LambdaKeys.RESERVED.encode(new Reserved(wanted)));
        });
        gate.reservationsChanged(new ConcurrencyGate.Place(id.account(), id.region()));
        return PutFunctionConcurrencyResponse.builder()
                .reservedConcurrentExecutions(wanted)
                .build();
    }

    GetFunctionConcurrencyResponse get(GetFunctionConcurrencyRequest request) {
        var id = unqualified(request.functionName());
        var reserved = store.kv().read(snapshot -> {
            store.head(snapshot, id);
            return LambdaKeys.RESERVED.decodeNullable(snapshot.get(LambdaKeys.reserved(id)));
        });
        return GetFunctionConcurrencyResponse.builder()
                .reservedConcurrentExecutions(reserved == null ? null : (Integer) reserved.concurrency())
                .build();
    }

    DeleteFunctionConcurrencyResponse delete(DeleteFunctionConcurrencyRequest request) {
        var id = unqualified(request.functionName());
        store.change(id, txn -> {
            store.head(txn, id);
            txn.delete(LambdaKeys.reserved(id));
        });
        gate.reservationsChanged(new ConcurrencyGate.Place(id.account(), id.region()));
        return DeleteFunctionConcurrencyResponse.builder().build();
    }

    GetAccountSettingsResponse account() {
        var call = Call.current();
        return store.kv().read(snapshot -> {
            var usage = Usage.read(snapshot, call.account(), call.region());
            return GetAccountSettingsResponse.builder()
                    .accountLimit(AccountLimit.builder()
                            .totalCodeSize(LambdaLimits.CODE_STORAGE_MAX_BYTES)
                            .codeSizeUnzipped(LambdaLimits.UNZIPPED_SIZE_MAX_BYTES)
                            .codeSizeZipped((long) LambdaLimits.ZIP_SIZE_MAX_BYTES)
                            .concurrentExecutions(concurrencyMax)
                            .unreservedConcurrentExecutions(
                                    concurrencyMax - reserved(snapshot, call.account(), call.region()))
                            .build())
                    .accountUsage(AccountUsage.builder()
                            .functionCount(usage.functions())
                            .totalCodeSize(usage.codeBytes())
                            .build())
                    .build();
        });
    }

    /** What the account's functions can't share: all reservations, and what is provisioned beside them. */
    static int committed(Snapshot snapshot, String account, String region) {
        return reserved(snapshot, account, region) + ProvisionedConcurrency.unreserved(snapshot, account, region);
    }

    /** Sum of all reservations. */
    private static int reserved(Snapshot snapshot, String account, String region) {
        return snapshot.scan(LambdaKeys.reserved(account, region), FUNCTIONS_MAX).stream()
                .mapToInt(entry -> LambdaKeys.RESERVED.decode(entry.value()).concurrency())
                .sum();
    }

    private static FunctionId unqualified(String text) {
        return FunctionName.of(text, null, Call.current()).id();
    }
}
