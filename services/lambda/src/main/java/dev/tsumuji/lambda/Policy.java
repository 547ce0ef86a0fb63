package dev.tsumuji.lambda;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The resource policy of a function, version or alias.
 *
 * @param revisionId changes with every statement added or removed
 * @param statements in the order in which they were added
 */
record Policy(String revisionId, List<Statement> statements) {

    /**
     * One permission.
     *
     * @param json as AWS writes it
     */
    record Statement(String id, String json) {}

    String document() {
        var text = new StringBuilder("{\"Version\":\"2012-10-17\",\"Id\":\"default\",\"Statement\":[");
        for (int i = 0; i < statements.size(); i++) {
            text.append(i == 0 ? "" : ",").append(statements.get(i).json());
        }
        return text.append("]}").toString();
    }

    @Nullable
    Statement statement(String id) {
        return statements.stream().filter(s -> s.id().equals(id)).findFirst().orElse(null);
    }

    Policy with(Statement added, String revisionId) {
        var all = new ArrayList<>(statements);
        all.add(added);
        return new Policy(revisionId, all);
    }

    Policy without(String statementId, String revisionId) {
        return new Policy(
                revisionId,
                statements.stream().filter(s -> !s.id().equals(statementId)).toList());
    }

    /**
     * Writes a statement with its members in AWS's order.
     *
     * @param conditions operator to keys to values; empty for none
     */
    static String statement(
            String id, Object principal, String action, String resource, Map<String, Map<String, String>> conditions) {
        var members = new LinkedHashMap<String, Object>();
        members.put("Sid", id);
        members.put("Effect", "Allow");
        members.put("Principal", principal);
        members.put("Action", action);
        members.put("Resource", resource);
        if (!conditions.isEmpty()) {
            members.put("Condition", conditions);
        }
        return Json.write(members);
    }
}
