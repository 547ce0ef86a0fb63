package dev.tsumuji.s3;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a statement of a bucket's policy asks of a request, checked as S3 checks it: by the operator's name, by the key's, and by whether
 * the statement's actions know the key.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html">Condition keys in bucket policies</a>
 */
final class PolicyConditions {
    private static final Set<String> OPERATORS = Set.of(
            "stringequals",
            "stringnotequals",
            "stringequalsignorecase",
            "stringnotequalsignorecase",
            "stringlike",
            "stringnotlike",
            "numericequals",
            "numericnotequals",
            "numericlessthan",
            "numericlessthanequals",
            "numericgreaterthan",
            "numericgreaterthanequals",
            "dateequals",
            "datenotequals",
            "datelessthan",
            "datelessthanequals",
            "dategreaterthan",
            "dategreaterthanequals",
            "bool",
            "binaryequals",
            "ipaddress",
            "notipaddress",
            "arnequals",
            "arnnotequals",
            "arnlike",
            "arnnotlike",
            "null");
    private static final Set<String> KEYS = Set.of(
            "accessgrantsinstancearn",
            "accesspointnetworkorigin",
            "accesspointtag",
            "authtype",
            "buckettag",
            "dataaccesspointaccount",
            "dataaccesspointarn",
            "delimiter",
            "destinationregion",
            "existingjoboperation",
            "existingjobpriority",
            "existingobjecttag",
            "if-match",
            "if-none-match",
            "inventoryaccessibleoptionalfields",
            "isreplicationpauserequest",
            "jobsuspendedcause",
            "locationconstraint",
            "max-keys",
            "object-lock-legal-hold",
            "object-lock-mode",
            "object-lock-remaining-retention-days",
            "object-lock-retain-until-date",
            "objectcreationoperation",
            "prefix",
            "requestjoboperation",
            "requestjobpriority",
            "requestobjecttag",
            "requestobjecttagkeys",
            "resourceaccount",
            "signatureage",
            "signatureversion",
            "tlsversion",
            "versionid",
            "x-amz-acl",
            "x-amz-content-sha256",
            "x-amz-copy-source",
            "x-amz-grant-full-control",
            "x-amz-grant-read",
            "x-amz-grant-read-acp",
            "x-amz-grant-write",
            "x-amz-grant-write-acp",
            "x-amz-metadata-directive",
            "x-amz-object-ownership",
            "x-amz-server-side-encryption",
            "x-amz-server-side-encryption-aws-kms-key-id",
            "x-amz-server-side-encryption-customer-algorithm",
            "x-amz-storage-class",
            "x-amz-website-redirect-location");
    /** Keys of listings, which no other action knows. */
    private static final Set<String> OF_LISTINGS = Set.of("s3:prefix", "s3:delimiter", "s3:max-keys");

    private static final Set<String> LISTINGS =
            Set.of("s3:listbucket", "s3:listbucketversions", "s3:listbucketmultipartuploads");

    private PolicyConditions() {}

    /** @param actions of the statement; empty when it tells those that it isn't about */
    static void check(@Nullable Object conditions, Collection<String> actions) {
        if (!(conditions instanceof Map<?, ?> operators)) {
            throw PolicyDocument.malformed("Invalid Condition type in policy");
        }
        for (var operator : operators.entrySet()) {
            operator(String.valueOf(operator.getKey()));
            if (!(operator.getValue() instanceof Map<?, ?> keys)) {
                throw PolicyDocument.malformed("Invalid policy syntax.");
            }
            for (var key : keys.keySet()) {
                key(String.valueOf(key).toLowerCase(Locale.ROOT), actions);
            }
        }
    }

    private static void operator(String written) {
        var name = written.toLowerCase(Locale.ROOT);
        for (var set : new String[] {"foranyvalue:", "forallvalues:"}) {
            name = name.startsWith(set) ? name.substring(set.length()) : name;
        }
        name = name.endsWith("ifexists") && !name.equals("nullifexists")
                ? name.substring(0, name.length() - "ifexists".length())
                : name;
        if (!OPERATORS.contains(name)) {
            throw PolicyDocument.malformed("Invalid Condition type : " + written);
        }
    }

    private static void key(String key, Collection<String> actions) {
        boolean own = key.startsWith("s3:");
        int slash = key.indexOf('/');
        if (key.indexOf(':') < 0 || own && !KEYS.contains(key.substring(3, slash < 0 ? key.length() : slash))) {
            throw PolicyDocument.malformed("Policy has an invalid condition key");
        }
        if (OF_LISTINGS.contains(key) && actions.stream().anyMatch(PolicyConditions::listsNothing)) {
            throw PolicyDocument.malformed(
                    "Conditions do not apply to combination of actions and resources in statement");
        }
    }

    /** Of actions with wildcards some may list. */
    private static boolean listsNothing(String action) {
        return action.indexOf('*') < 0
                && action.indexOf('?') < 0
                && !LISTINGS.contains(action.toLowerCase(Locale.ROOT));
    }
}
