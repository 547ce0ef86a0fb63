package dev.tsumuji.lambda;

import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;

/**
 * One version of a function, {@code $LATEST} included, as it is stored.
 *
 * @param configuration as it is shown, with the unqualified ARN for {@code $LATEST}
 * @param packageId the blob with its code
 * @param generation changes with every change that running instances must not outlive
 */
record Function(FunctionConfiguration configuration, String packageId, String generation) {

    Function with(FunctionConfiguration changed) {
        return new Function(changed, packageId, generation);
    }
}
