package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which table of which account and region: from a name, which is about the caller's own, or from an ARN. */
record TableName(String account, String region, String name) {
    private static final String RESOURCE = "table/";

    /**
     * Of what a request says under {@code TableName}.
     *
     * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException {@code ValidationException}
     */
    static TableName of(@Nullable String text, Call call) {
        if (text == null) {
            throw DynamodbErrors.invalid("1 validation error detected: Value null at 'tableName' failed to satisfy"
                    + " constraint: Member must not be null");
        }
        return text.startsWith("arn:") ? ofArn(text) : new TableName(call.account(), call.region(), checked(text));
    }

    static TableName of(@Nullable String text) {
        return of(text, Call.current());
    }

    /** Of the ARN of a table, or of one of its indexes or streams. */
    static TableName ofArn(String text) {
        var arn = Arn.isArn(text) ? Arn.parse(text) : null;
        if (arn == null || !arn.service().equals("dynamodb") || !arn.resource().startsWith(RESOURCE)) {
            throw DynamodbErrors.invalid("Invalid TableArn: Invalid ResourceArn provided as input " + text);
        }
        var name = arn.resource().substring(RESOURCE.length());
        int end = name.indexOf('/');
        return new TableName(arn.account(), arn.region(), checked(end < 0 ? name : name.substring(0, end)));
    }

    private static String checked(String name) {
        var demands = new ArrayList<String>();
        if (name.length() < 3) {
            demands.add("have length greater than or equal to 3");
        }
        if (name.length() > 255) {
            demands.add("have length less than or equal to 255");
        }
        if (name.isEmpty() || !name.chars().allMatch(TableName::allowed)) {
            demands.add("satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
        }
        if (!demands.isEmpty()) {
            throw refused(name, demands);
        }
        return name;
    }

    private static RuntimeException refused(String name, List<String> demands) {
        var said = demands.stream()
                .map(demand ->
                        "Value '" + name + "' at 'tableName' failed to satisfy constraint: Member must " + demand)
                .collect(Collectors.joining("; "));
        return DynamodbErrors.invalid(
                demands.size() + " validation error" + (demands.size() > 1 ? "s" : "") + " detected: " + said);
    }

    private static boolean allowed(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.';
    }

    String arn() {
        return Arn.of("dynamodb", region, account, RESOURCE + name).toString();
    }

    String indexArn(String index) {
        return arn() + "/index/" + index;
    }

    String streamArn(String label) {
        return arn() + "/stream/" + label;
    }
}
