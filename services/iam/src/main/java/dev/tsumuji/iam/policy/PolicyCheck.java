package dev.tsumuji.iam.policy;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Judges a document before it is stored, as strictly as AWS and in AWS's words. */
public final class PolicyCheck {
    private static final Pattern SID = Pattern.compile("[0-9A-Za-z]*");
    private static final Pattern VENDOR = Pattern.compile("[0-9A-Za-z.-]+");
    private static final Set<String> PARTITIONS =
            Set.of("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "*");
    private static final List<String> IAM_PATHS = List.of(
            "user/",
            "federated-user/",
            "role/",
            "group/",
            "instance-profile/",
            "mfa/",
            "server-certificate/",
            "policy/",
            "sms-mfa/",
            "saml-provider/",
            "oidc-provider/",
            "report/",
            "access-report/");
    private static final Set<String> TRUST_ACTIONS = Set.of(
            "sts:assumerole",
            "sts:assumerolewithsaml",
            "sts:assumerolewithwebidentity",
            "sts:tagsession",
            "sts:setsourceidentity",
            "sts:setcontext",
            "sts:*");

    private PolicyCheck() {}

    /** A policy of a user, group or role, a managed one, or a session policy. */
    public static void identity(String text) {
        var document = document(text);
        var statements = PolicyParser.statements(document);
        demandActions(statements);
        PolicyParser.parse(text);
        sids(statements);
        for (var statement : statements) {
            if (statement.members().containsKey("Principal")
                    || statement.members().containsKey("NotPrincipal")) {
                throw new MalformedPolicy("Policy document should not specify a principal.");
            }
            operators(statement);
        }
        for (var statement : statements) {
            actions(statement);
        }
        for (var statement : statements) {
            var resources = either(statement, "Resource", "NotResource");
            if (resources.isEmpty()) {
                throw new MalformedPolicy("Policy statement must contain resources.");
            }
            resources.forEach(PolicyCheck::resource);
        }
    }

    /** The policy that says who may assume a role. */
    public static void trust(String text) {
        var document = trustDocument(text);
        for (var statement : PolicyParser.statements(document)) {
            var members = statement.members();
            for (var field : members.keySet()) {
                if (field.equals("Resource") || field.equals("NotResource")) {
                    throw new MalformedPolicy("Has prohibited field " + field);
                }
                if (!PolicyParser.STATEMENT_FIELDS.contains(field)) {
                    throw new MalformedPolicy("Unknown field " + field);
                }
            }
            require(members, "Effect", "Effect");
            require(members, "Principal", "NotPrincipal");
            require(members, "Action", "NotAction");
        }
        PolicyParser.parse(text);
        var statements = PolicyParser.statements(document);
        sids(statements);
        for (var statement : statements) {
            operators(statement);
            actions(statement);
            for (var action : either(statement, "Action", "NotAction")) {
                if (!TRUST_ACTIONS.contains(action.toLowerCase(Locale.ROOT))) {
                    throw new MalformedPolicy("AssumeRole policy may only specify STS AssumeRole actions.");
                }
            }
            trustedPrincipals(statement);
        }
    }

    /** The users and roles, by ARN, that a checked trust policy names. */
    public static List<String> trustedArns(String text) {
        return PolicyParser.parse(text).statements().stream()
                .flatMap(statement -> statement.principals().stream())
                .flatMap(principals -> principals.named().stream())
                .filter(named -> named.type().equals("AWS") && named.value().startsWith("arn:"))
                .map(Principals.Named::value)
                .toList();
    }

    private static Json.Obj trustDocument(String text) {
        Json json;
        try {
            json = Json.parse(text);
        } catch (MalformedPolicy e) {
            throw new MalformedPolicy("This policy contains invalid Json");
        }
        if (!(json instanceof Json.Obj document)) {
            throw new MalformedPolicy("This policy contains invalid Json");
        }
        for (var field : document.members().keySet()) {
            if (!PolicyParser.DOCUMENT_FIELDS.contains(field)) {
                throw new MalformedPolicy("Unknown field " + field);
            }
        }
        if (!document.members().containsKey("Statement")) {
            throw new MalformedPolicy("Missing required field Statement");
        }
        return document(text);
    }

    private static Json.Obj document(String text) {
        var document = PolicyParser.document(text);
        var version = Optional.ofNullable(document.members().get("Version"));
        boolean known = version.isEmpty()
                || version.get() instanceof Json.Text(var value)
                        && (value.equals("2012-10-17") || value.equals("2008-10-17"));
        var id = Optional.ofNullable(document.members().get("Id"));
        if (!known
                || id.isPresent() && !(id.get() instanceof Json.Text)
                || PolicyParser.statements(document).isEmpty()) {
            throw PolicyParser.broken();
        }
        return document;
    }

    /** Missing and empty actions have a message of their own, before other syntax is looked at. */
    private static void demandActions(List<Json.Obj> statements) {
        for (var statement : statements) {
            var members = statement.members();
            boolean none = !members.containsKey("Action") && !members.containsKey("NotAction");
            if (none && PolicyParser.STATEMENT_FIELDS.containsAll(members.keySet()) && members.containsKey("Effect")) {
                throw new MalformedPolicy("Policy statement must contain actions.");
            }
        }
    }

    private static void require(Map<String, Json> members, String field, String or) {
        if (!members.containsKey(field) && !members.containsKey(or)) {
            throw new MalformedPolicy("Missing required field " + field);
        }
    }

    private static void sids(List<Json.Obj> statements) {
        var seen = new HashSet<String>();
        for (var statement : statements) {
            switch (statement.members().get("Sid")) {
                case Json.Text(var sid) -> {
                    if (!SID.matcher(sid).matches()) {
                        throw new MalformedPolicy("Statement IDs (SID) must be alpha-numeric. Check that your input"
                                + " satisfies the regular expression [0-9A-Za-z]*");
                    }
                    if (!sid.isEmpty() && !seen.add(sid)) {
                        throw new MalformedPolicy("Statement IDs (SID) in a single policy must be unique.");
                    }
                }
                case null -> {}
                default -> throw PolicyParser.broken();
            }
        }
    }

    private static List<String> either(Json.Obj statement, String field, String negated) {
        var members = statement.members();
        var json = members.containsKey(field) ? members.get(field) : members.get(negated);
        return json == null ? List.of() : PolicyParser.texts(json);
    }

    private static void operators(Json.Obj statement) {
        if (statement.members().get("Condition") instanceof Json.Obj condition) {
            condition.members().forEach((operator, keys) -> {
                if (keys instanceof Json.Obj object && !object.members().isEmpty() && !known(operator)) {
                    throw PolicyParser.broken();
                }
            });
        }
    }

    private static boolean known(String operator) {
        var name = operator;
        for (var prefix : List.of("ForAnyValue:", "ForAllValues:")) {
            if (name.startsWith(prefix)) {
                name = name.substring(prefix.length());
            }
        }
        return Operator.named(name).isPresent()
                || name.endsWith("IfExists")
                        && Operator.named(name.substring(0, name.length() - "IfExists".length()))
                                .filter(base -> base != Operator.NULL)
                                .isPresent();
    }

    private static void actions(Json.Obj statement) {
        var actions = either(statement, "Action", "NotAction");
        if (actions.isEmpty()) {
            throw new MalformedPolicy("Policy statement must contain actions.");
        }
        for (var action : actions) {
            if (action.equals("*")) {
                continue;
            }
            int colon = action.indexOf(':');
            if (colon < 0) {
                throw new MalformedPolicy("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
            }
            if (action.indexOf(':', colon + 1) >= 0) {
                throw new MalformedPolicy("Actions/Condition can contain only one colon.");
            }
            var vendor = action.substring(0, colon);
            if (!vendor.equals("*") && !VENDOR.matcher(vendor).matches()) {
                throw new MalformedPolicy("Vendor " + vendor + " is not valid");
            }
        }
    }

    private static void resource(String resource) {
        if (resource.equals("*")) {
            return;
        }
        var parts = resource.split(":", 6);
        if (parts.length < 2 || !parts[0].equals("arn")) {
            throw new MalformedPolicy("Resource " + resource + " must be in ARN format or \"*\".");
        }
        if (!PARTITIONS.contains(parts[1])) {
            throw new MalformedPolicy("Partition \"" + parts[1] + "\" is not valid for resource \"arn:" + parts[1]
                    + ":" + part(parts, 2) + ":" + part(parts, 3) + ":" + part(parts, 4) + ":" + part(parts, 5)
                    + "\".");
        }
        if (parts.length == 2) {
            throw new MalformedPolicy("Resource vendor must be fully qualified and cannot contain regexes.");
        }
        boolean global = parts[2].equals("iam") || parts[2].equals("s3");
        if (global && parts.length > 3 && !parts[3].isEmpty() && !parts[3].equals("*")) {
            throw new MalformedPolicy(
                    parts[2].equals("iam")
                            ? "IAM resource " + resource + " cannot contain region information."
                            : "Resource " + resource + " can not contain region information.");
        }
        if (parts[2].equals("iam") && parts.length == 6 && !iamPath(parts[5])) {
            throw new MalformedPolicy(
                    "IAM resource path must either be \"*\" or start with " + String.join(", ", IAM_PATHS) + ".");
        }
        if (parts.length < 6 && !resource.endsWith("*")) {
            throw new MalformedPolicy("The policy failed legacy parsing");
        }
    }

    private static boolean iamPath(String path) {
        return path.startsWith("*")
                || path.startsWith("${")
                || path.equals("root")
                || IAM_PATHS.stream().anyMatch(path::startsWith);
    }

    private static String part(String[] parts, int index) {
        return index < parts.length ? parts[index] : "*";
    }

    private static void trustedPrincipals(Json.Obj statement) {
        if (!(statement.members().get("Principal") instanceof Json.Obj principal)) {
            return;
        }
        principal.members().forEach((type, values) -> {
            for (var value : PolicyParser.texts(values)) {
                if (!trustable(type, value)) {
                    throw new MalformedPolicy("Invalid principal in policy: \""
                            + (type.equals("AWS") ? type : type.toUpperCase(Locale.ROOT)) + "\":\"" + value + "\"");
                }
            }
        });
    }

    private static boolean trustable(String type, String value) {
        return switch (type) {
            case "AWS" ->
                value.equals("*")
                        || value.matches("\\d{12}")
                        || value.matches("A[A-Z0-9]{15,30}")
                        || value.matches(
                                "arn:aws[a-z-]*:(iam|sts)::\\d{12}:(root|(user|role|assumed-role|federated-user)/[^*?]+)");
            case "Service" ->
                value.matches("[A-Za-z0-9.-]+\\.(amazonaws\\.com|amazonaws\\.com\\.cn|amazon\\.com|aws\\.internal)");
            case "Federated" -> !value.isEmpty();
            case "CanonicalUser" -> !value.isEmpty();
            default -> false;
        };
    }
}
