package com.amazonaws.services.lambda.runtime;

/** Who calls, for callers with an Amazon Cognito identity. */
public interface CognitoIdentity {
    String getIdentityId();

    String getIdentityPoolId();
}
