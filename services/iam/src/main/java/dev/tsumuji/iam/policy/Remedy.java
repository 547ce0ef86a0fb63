package dev.tsumuji.iam.policy;

import dev.tsumuji.kernel.call.Principal;

/** Writes the smallest policy that would allow a refused request. */
final class Remedy {
    private Remedy() {}

    /** @param kind of the policy that has to say so */
    static String of(Evaluator.Request request, String kind) {
        boolean own = !kind.equals("resource-based policy");
        boolean trust = !own && request.trusting();
        var document = new StringBuilder("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",");
        if (!own) {
            document.append("\"Principal\":")
                    .append(principal(request.principal()))
                    .append(',');
        }
        document.append("\"Action\":").append(quoted(request.action()));
        if (!trust) {
            document.append(",\"Resource\":").append(quoted(request.resource()));
        }
        return document.append("}]}").toString();
    }

    private static String principal(Principal who) {
        return switch (who) {
            case Principal.Service service -> "{\"Service\":" + quoted(service.name()) + "}";
            case Principal.AssumedRole role -> "{\"AWS\":" + quoted(role.roleArn()) + "}";
            case Principal.Anonymous anonymous -> "\"*\"";
            case Principal.Root root -> "{\"AWS\":" + quoted(root.arn()) + "}";
            case Principal.User user -> "{\"AWS\":" + quoted(user.arn()) + "}";
            case Principal.FederatedUser federated -> "{\"AWS\":" + quoted(federated.arn()) + "}";
        };
    }

    static String quoted(String text) {
        var out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
