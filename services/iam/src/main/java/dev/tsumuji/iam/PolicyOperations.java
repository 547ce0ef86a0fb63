package dev.tsumuji.iam;

import dev.tsumuji.iam.IamKeys.InlinePolicy;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.*;

/** The operations that are the same for users, groups and roles but for their names. */
interface PolicyOperations extends IamClient {
    InlinePolicies inline();

    AttachedPolicies attached();

    @Override
    default PutUserPolicyResponse putUserPolicy(PutUserPolicyRequest request) {
        inline().put(Kind.USER, request.userName(), request.policyName(), request.policyDocument());
        return PutUserPolicyResponse.builder().build();
    }

    @Override
    default GetUserPolicyResponse getUserPolicy(GetUserPolicyRequest request) {
        var policy = inline().get(Kind.USER, request.userName(), request.policyName());
        return GetUserPolicyResponse.builder()
                .userName(request.userName())
                .policyName(policy.name())
                .policyDocument(Documents.encoded(policy.document()))
                .build();
    }

    @Override
    default DeleteUserPolicyResponse deleteUserPolicy(DeleteUserPolicyRequest request) {
        inline().delete(Kind.USER, request.userName(), request.policyName());
        return DeleteUserPolicyResponse.builder().build();
    }

    @Override
    default ListUserPoliciesResponse listUserPolicies(ListUserPoliciesRequest request) {
        var page = inline().list(Kind.USER, request.userName(), request.marker(), request.maxItems());
        return ListUserPoliciesResponse.builder()
                .policyNames(page.items().stream().map(InlinePolicy::name).toList())
                .isTruncated(page.truncated())
                .marker(page.marker())
                .build();
    }

    @Override
    default AttachUserPolicyResponse attachUserPolicy(AttachUserPolicyRequest request) {
        attached().attach(Kind.USER, request.userName(), request.policyArn());
        return AttachUserPolicyResponse.builder().build();
    }

    @Override
    default DetachUserPolicyResponse detachUserPolicy(DetachUserPolicyRequest request) {
        attached().detach(Kind.USER, request.userName(), request.policyArn());
        return DetachUserPolicyResponse.builder().build();
    }

    @Override
    default ListAttachedUserPoliciesResponse listAttachedUserPolicies(ListAttachedUserPoliciesRequest request) {
        var page = attached()
                .list(Kind.USER, request.userName(), request.pathPrefix(), request.marker(), request.maxItems());
        return ListAttachedUserPoliciesResponse.builder()
                .attachedPolicies(page.items())
                .isTruncated(page.truncated())
                .marker(page.marker())
                .build();
    }

    @Override
    default PutGroupPolicyResponse putGroupPolicy(PutGroupPolicyRequest request) {
        inline().put(Kind.GROUP, request.groupName(), request.policyName(), request.policyDocument());
        return PutGroupPolicyResponse.builder().build();
    }

    @Override
    default GetGroupPolicyResponse getGroupPolicy(GetGroupPolicyRequest request) {
        var policy = inline().get(Kind.GROUP, request.groupName(), request.policyName());
        return GetGroupPolicyResponse.builder()
                .groupName(request.groupName())
                .policyName(policy.name())
                .policyDocument(Documents.encoded(policy.document()))
                .build();
    }

    @Override
    default DeleteGroupPolicyResponse deleteGroupPolicy(DeleteGroupPolicyRequest request) {
        inline().delete(Kind.GROUP, request.groupName(), request.policyName());
        return DeleteGroupPolicyResponse.builder().build();
    }

    @Override
    default ListGroupPoliciesResponse listGroupPolicies(ListGroupPoliciesRequest request) {
        var page = inline().list(Kind.GROUP, request.groupName(), request.marker(), request.maxItems());
        return ListGroupPoliciesResponse.builder()
                .policyNames(page.items().stream().map(InlinePolicy::name).toList())
                .isTruncated(page.truncated())
                .marker(page.marker())
                .build();
    }

    @Override
    default AttachGroupPolicyResponse attachGroupPolicy(AttachGroupPolicyRequest request) {
        attached().attach(Kind.GROUP, request.groupName(), request.policyArn());
        return AttachGroupPolicyResponse.builder().build();
    }

    @Override
    default DetachGroupPolicyResponse detachGroupPolicy(DetachGroupPolicyRequest request) {
        attached().detach(Kind.GROUP, request.groupName(), request.policyArn());
        return DetachGroupPolicyResponse.builder().build();
    }

    @Override
    default ListAttachedGroupPoliciesResponse listAttachedGroupPolicies(ListAttachedGroupPoliciesRequest request) {
        var page = attached()
                .list(Kind.GROUP, request.groupName(), request.pathPrefix(), request.marker(), request.maxItems());
        return ListAttachedGroupPoliciesResponse.builder()
                .attachedPolicies(page.items())
                .isTruncated(page.truncated())
                .marker(page.marker())
                .build();
    }

    @Override
    default PutRolePolicyResponse putRolePolicy(PutRolePolicyRequest request) {
        inline().put(Kind.ROLE, request.roleName(), request.policyName(), request.policyDocument());
        return PutRolePolicyResponse.builder().build();
    }

    @Override
    default GetRolePolicyResponse getRolePolicy(GetRolePolicyRequest request) {
        var policy = inline().get(Kind.ROLE, request.roleName(), request.policyName());
        return GetRolePolicyResponse.builder()
                .roleName(request.roleName())
                .policyName(policy.name())
                .policyDocument(Documents.encoded(policy.document()))
                .build();
    }

    @Override
    default DeleteRolePolicyResponse deleteRolePolicy(DeleteRolePolicyRequest request) {
        inline().delete(Kind.ROLE, request.roleName(), request.policyName());
        return DeleteRolePolicyResponse.builder().build();
    }

    @Override
    default ListRolePoliciesResponse listRolePolicies(ListRolePoliciesRequest request) {
        var page = inline().list(Kind.ROLE, request.roleName(), request.marker(), request.maxItems());
        return ListRolePoliciesResponse.builder()
                .policyNames(page.items().stream().map(InlinePolicy::name).toList())
                .isTruncated(page.truncated())
                .marker(page.marker())
                .build();
    }

    @Override
    default AttachRolePolicyResponse attachRolePolicy(AttachRolePolicyRequest request) {
        attached().attach(Kind.ROLE, request.roleName(), request.policyArn());
        return AttachRolePolicyResponse.builder().build();
    }

    @Override
    default DetachRolePolicyResponse detachRolePolicy(DetachRolePolicyRequest request) {
        attached().detach(Kind.ROLE, request.roleName(), request.policyArn());
        return DetachRolePolicyResponse.builder().build();
    }

    @Override
    default ListAttachedRolePoliciesResponse listAttachedRolePolicies(ListAttachedRolePoliciesRequest request) {
        var page = attached()
                .list(Kind.ROLE, request.roleName(), request.pathPrefix(), request.marker(), request.maxItems());
        return ListAttachedRolePoliciesResponse.builder()
                .attachedPolicies(page.items())
                .isTruncated(page.truncated())
                .marker(page.marker())
                .build();
    }
}
