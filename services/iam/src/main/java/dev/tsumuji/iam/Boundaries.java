package dev.tsumuji.iam;

import dev.tsumuji.iam.IamKeys.Attachment;
import dev.tsumuji.kernel.kv.Txn;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.AttachedPermissionsBoundary;
import software.amazon.awssdk.services.iam.model.PermissionsBoundaryAttachmentType;

/** Permissions boundaries of users and roles, and their count at the policy. Stateless. */
final class Boundaries {
    private final AwsPolicies awsPolicies;

    Boundaries(AwsPolicies awsPolicies) {
        this.awsPolicies = awsPolicies;
    }

    void bind(Txn txn, String account, @Nullable String arn, Attachment whom) {
        if (arn == null) {
            return;
        }
        if (!awsPolicies.knows(arn) && ManagedPolicies.find(txn, account, arn).isEmpty()) {
            throw IamErrors.noSuch("Scope ARN: " + arn + " does not exist or is not attachable.");
        }
        IamKeys.BOUNDED.put(txn, whom, account, arn, whom.kind().noun(), IamKeys.low(whom.name()));
    }

    void release(Txn txn, String account, @Nullable String arn, Attachment whom) {
        if (arn != null) {
            IamKeys.BOUNDED.delete(txn, account, arn, whom.kind().noun(), IamKeys.low(whom.name()));
        }
    }

    static AttachedPermissionsBoundary shown(String arn) {
        return AttachedPermissionsBoundary.builder()
                .permissionsBoundaryType(PermissionsBoundaryAttachmentType.PERMISSIONS_BOUNDARY_POLICY.toString())
                .permissionsBoundaryArn(arn)
                .build();
    }
}
