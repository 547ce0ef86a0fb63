package dev.tsumuji.conformance;

import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.EntityAlreadyExistsException;

/** Execution roles as every tutorial makes them. */
public final class Roles {
    static final String TRUST = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},\
            "Action":"sts:AssumeRole"}]}""";
    static final String BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";

    private Roles() {}

    /** Makes a role that Lambda may assume and that may write logs, unless it is there. */
    public static String basic(IamClient iam, String name) {
        try {
            iam.createRole(r -> r.roleName(name).assumeRolePolicyDocument(TRUST));
            iam.attachRolePolicy(r -> r.roleName(name).policyArn(BASIC));
        } catch (EntityAlreadyExistsException e) {
            // made by another test on the same platform
        }
        return iam.getRole(r -> r.roleName(name)).role().arn();
    }
}
