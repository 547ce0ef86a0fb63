package dev.tsumuji.dynamodb;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.ConditionalOperator;

/**
 * Which parameters of a request are expressions and which are from before there were expressions: a request has the one kind or
 * the other. Used by one thread, once.
 */
final class Parameters {
    private final List<String> expressions = new ArrayList<>(0);
    private final List<String> legacy = new ArrayList<>(0);

    Parameters expression(String name, @Nullable String text) {
        if (text != null) {
            expressions.add(name);
        }
        return this;
    }

    Parameters legacy(String name, boolean given) {
        if (given) {
            legacy.add(name);
        }
        return this;
    }

    /** @param conditions how many the operator joins */
    Parameters operator(@Nullable ConditionalOperator operator, int conditions) {
        legacy("ConditionalOperator", operator != null);
        if (operator != null && expressions.isEmpty()) {
            if (conditions == 0) {
                throw DynamodbErrors.invalid("ConditionalOperator cannot be used without Filter or Expected");
            }
            if (conditions == 1) {
                throw DynamodbErrors.invalid(
                        "ConditionalOperator can only be used when Filter or Expected has two or more elements");
            }
        }
        return this;
    }

    /** @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException when there are both kinds */
    void check() {
        if (!expressions.isEmpty() && !legacy.isEmpty()) {
            throw DynamodbErrors.invalid(
                    "Can not use both expression and non-expression parameters in the same request:"
                            + " Non-expression parameters: {" + String.join(", ", legacy) + "} Expression parameters: {"
                            + String.join(", ", expressions) + "}");
        }
    }
}
