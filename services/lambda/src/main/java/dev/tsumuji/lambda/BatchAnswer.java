package dev.tsumuji.lambda;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a function's answer to a batch says of its records, where the mapping asked for {@code ReportBatchItemFailures}.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html">Partial batch responses</a>
 */
final class BatchAnswer {
    private BatchAnswer() {}

    /**
     * The first record that the function says it failed with, all before it being done.
     *
     * @return empty when all succeeded; 0 also when the answer names a record that isn't in the batch, or none that can be
     *     read: the whole batch failed then
     */
    static OptionalInt firstFailure(byte[] answer, List<StreamSource.Record> batch) {
        var failures = failures(answer);
        if (failures.isEmpty()) {
            return OptionalInt.empty();
        }
        var named = new HashSet<String>();
        for (var failure : failures) {
            if (!(failure instanceof Map<?, ?> members)
                    || !(members.get("itemIdentifier") instanceof String identifier)
                    || identifier.isEmpty()) {
                return OptionalInt.of(0);
            }
            named.add(identifier);
        }
        int first = -1;
        for (int i = batch.size() - 1; i >= 0; i--) {
            if (named.remove(batch.get(i).sequence())) {
                first = i;
            }
        }
        return OptionalInt.of(named.isEmpty() ? first : 0);
    }

    private static List<?> failures(byte[] answer) {
        return parsed(answer) instanceof Map<?, ?> members && members.get("batchItemFailures") instanceof List<?> items
                ? items
                : List.of();
    }

    /** The {@code state} of a tumbling window's answer, as JSON; null when the answer has none. */
    static @Nullable String state(byte[] answer) {
        return parsed(answer) instanceof Map<?, ?> members && members.get("state") instanceof Map<?, ?> state
                ? Json.write(state)
                : null;
    }

    private static @Nullable Object parsed(byte[] answer) {
        try {
            return answer.length == 0 ? null : Json.read(answer);
        } catch (IOException e) {
            return null;
        }
    }
}
