package dev.tsumuji.s3;

import dev.tsumuji.kernel.site.CrossOrigin;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteBucketAnalyticsConfigurationRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketAnalyticsConfigurationResponse;
import software.amazon.awssdk.services.s3.model.DeleteBucketCorsRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketCorsResponse;
import software.amazon.awssdk.services.s3.model.DeleteBucketEncryptionRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketEncryptionResponse;
import software.amazon.awssdk.services.s3.model.DeleteBucketIntelligentTieringConfigurationRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketIntelligentTieringConfigurationResponse;
import software.amazon.awssdk.services.s3.model.DeleteBucketInventoryConfigurationRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketInventoryConfigurationResponse;
import software.amazon.awssdk.services.s3.model.DeleteBucketLifecycleRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketLifecycleResponse;
import software.amazon.awssdk.services.s3.model.DeleteBucketMetricsConfigurationRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketMetricsConfigurationResponse;
import software.amazon.awssdk.services.s3.model.DeleteBucketOwnershipControlsRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketOwnershipControlsResponse;
import software.amazon.awssdk.services.s3.model.DeleteBucketPolicyRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketPolicyResponse;
import software.amazon.awssdk.services.s3.model.DeleteBucketReplicationRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketReplicationResponse;
import software.amazon.awssdk.services.s3.model.DeleteBucketTaggingRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketTaggingResponse;
import software.amazon.awssdk.services.s3.model.DeleteBucketWebsiteRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketWebsiteResponse;
import software.amazon.awssdk.services.s3.model.DeletePublicAccessBlockRequest;
import software.amazon.awssdk.services.s3.model.DeletePublicAccessBlockResponse;
import software.amazon.awssdk.services.s3.model.GetBucketAccelerateConfigurationRequest;
import software.amazon.awssdk.services.s3.model.GetBucketAccelerateConfigurationResponse;
import software.amazon.awssdk.services.s3.model.GetBucketAclRequest;
import software.amazon.awssdk.services.s3.model.GetBucketAclResponse;
import software.amazon.awssdk.services.s3.model.GetBucketAnalyticsConfigurationRequest;
import software.amazon.awssdk.services.s3.model.GetBucketAnalyticsConfigurationResponse;
import software.amazon.awssdk.services.s3.model.GetBucketCorsRequest;
import software.amazon.awssdk.services.s3.model.GetBucketCorsResponse;
import software.amazon.awssdk.services.s3.model.GetBucketEncryptionRequest;
import software.amazon.awssdk.services.s3.model.GetBucketEncryptionResponse;
import software.amazon.awssdk.services.s3.model.GetBucketIntelligentTieringConfigurationRequest;
import software.amazon.awssdk.services.s3.model.GetBucketIntelligentTieringConfigurationResponse;
import software.amazon.awssdk.services.s3.model.GetBucketInventoryConfigurationRequest;
import software.amazon.awssdk.services.s3.model.GetBucketInventoryConfigurationResponse;
import software.amazon.awssdk.services.s3.model.GetBucketLifecycleConfigurationRequest;
import software.amazon.awssdk.services.s3.model.GetBucketLifecycleConfigurationResponse;
import software.amazon.awssdk.services.s3.model.GetBucketLoggingRequest;
import software.amazon.awssdk.services.s3.model.GetBucketLoggingResponse;
import software.amazon.awssdk.services.s3.model.GetBucketMetricsConfigurationRequest;
import software.amazon.awssdk.services.s3.model.GetBucketMetricsConfigurationResponse;
import software.amazon.awssdk.services.s3.model.GetBucketOwnershipControlsRequest;
import software.amazon.awssdk.services.s3.model.GetBucketOwnershipControlsResponse;
import software.amazon.awssdk.services.s3.model.GetBucketPolicyRequest;
import software.amazon.awssdk.services.s3.model.GetBucketPolicyResponse;
import software.amazon.awssdk.services.s3.model.GetBucketPolicyStatusRequest;
import software.amazon.awssdk.services.s3.model.GetBucketPolicyStatusResponse;
import software.amazon.awssdk.services.s3.model.GetBucketReplicationRequest;
import software.amazon.awssdk.services.s3.model.GetBucketReplicationResponse;
import software.amazon.awssdk.services.s3.model.GetBucketRequestPaymentRequest;
import software.amazon.awssdk.services.s3.model.GetBucketRequestPaymentResponse;
import software.amazon.awssdk.services.s3.model.GetBucketTaggingRequest;
import software.amazon.awssdk.services.s3.model.GetBucketTaggingResponse;
import software.amazon.awssdk.services.s3.model.GetBucketWebsiteRequest;
import software.amazon.awssdk.services.s3.model.GetBucketWebsiteResponse;
import software.amazon.awssdk.services.s3.model.GetObjectLockConfigurationRequest;
import software.amazon.awssdk.services.s3.model.GetObjectLockConfigurationResponse;
import software.amazon.awssdk.services.s3.model.GetPublicAccessBlockRequest;
import software.amazon.awssdk.services.s3.model.GetPublicAccessBlockResponse;
import software.amazon.awssdk.services.s3.model.ListBucketAnalyticsConfigurationsRequest;
import software.amazon.awssdk.services.s3.model.ListBucketAnalyticsConfigurationsResponse;
import software.amazon.awssdk.services.s3.model.ListBucketIntelligentTieringConfigurationsRequest;
import software.amazon.awssdk.services.s3.model.ListBucketIntelligentTieringConfigurationsResponse;
import software.amazon.awssdk.services.s3.model.ListBucketInventoryConfigurationsRequest;
import software.amazon.awssdk.services.s3.model.ListBucketInventoryConfigurationsResponse;
import software.amazon.awssdk.services.s3.model.ListBucketMetricsConfigurationsRequest;
import software.amazon.awssdk.services.s3.model.ListBucketMetricsConfigurationsResponse;
import software.amazon.awssdk.services.s3.model.PutBucketAccelerateConfigurationRequest;
import software.amazon.awssdk.services.s3.model.PutBucketAccelerateConfigurationResponse;
import software.amazon.awssdk.services.s3.model.PutBucketAclRequest;
import software.amazon.awssdk.services.s3.model.PutBucketAclResponse;
import software.amazon.awssdk.services.s3.model.PutBucketCorsRequest;
import software.amazon.awssdk.services.s3.model.PutBucketCorsResponse;
import software.amazon.awssdk.services.s3.model.PutBucketEncryptionRequest;
import software.amazon.awssdk.services.s3.model.PutBucketEncryptionResponse;
import software.amazon.awssdk.services.s3.model.PutBucketLifecycleConfigurationRequest;
import software.amazon.awssdk.services.s3.model.PutBucketLifecycleConfigurationResponse;
import software.amazon.awssdk.services.s3.model.PutBucketLoggingRequest;
import software.amazon.awssdk.services.s3.model.PutBucketLoggingResponse;
import software.amazon.awssdk.services.s3.model.PutBucketOwnershipControlsRequest;
import software.amazon.awssdk.services.s3.model.PutBucketOwnershipControlsResponse;
import software.amazon.awssdk.services.s3.model.PutBucketPolicyRequest;
import software.amazon.awssdk.services.s3.model.PutBucketPolicyResponse;
import software.amazon.awssdk.services.s3.model.PutBucketRequestPaymentRequest;
import software.amazon.awssdk.services.s3.model.PutBucketRequestPaymentResponse;
import software.amazon.awssdk.services.s3.model.PutBucketTaggingRequest;
import software.amazon.awssdk.services.s3.model.PutBucketTaggingResponse;
import software.amazon.awssdk.services.s3.model.PutBucketWebsiteRequest;
import software.amazon.awssdk.services.s3.model.PutBucketWebsiteResponse;
import software.amazon.awssdk.services.s3.model.PutObjectLockConfigurationRequest;
import software.amazon.awssdk.services.s3.model.PutObjectLockConfigurationResponse;
import software.amazon.awssdk.services.s3.model.PutPublicAccessBlockRequest;
import software.amazon.awssdk.services.s3.model.PutPublicAccessBlockResponse;

/**
 * The operations on a bucket's settings, each a step or two: {@link S3Service} is made of these and of those on objects.
 * Configurations without an effect here are not overridden, so they are answered 501; that none exists is told truthfully.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html">S3's operations</a>
 */
interface SettingsOperations extends S3Client, CrossOrigin {

    BucketSettings settings();

    LifecycleSweep lifecycleSweep();

    Principals principals();

    /** The bucket by its name; null when there is none. */
    @Nullable
    Bucket bucketNamed(String name);

    @Override
    default Map<String, String> preflight(
            String bucket, boolean object, String origin, @Nullable String method, List<String> headers) {
        var found = bucketNamed(bucket);
        return settings().peek(snapshot -> CorsRules.preflight(snapshot, found, object, origin, method, headers));
    }

    @Override
    default Map<String, String> crossOrigin(String bucket, String origin, String method) {
        var found = bucketNamed(bucket);
        return found == null
                ? Map.of()
                : settings()
                        .peek(snapshot -> CorsRules.headers(CorsRules.SETTING.find(snapshot, found), origin, method));
    }

    @Override
    default PutBucketPolicyResponse putBucketPolicy(PutBucketPolicyRequest request) {
        new BucketPolicies(settings()).put(request, principals()::exists);
        return PutBucketPolicyResponse.builder().build();
    }

    @Override
    default GetBucketPolicyResponse getBucketPolicy(GetBucketPolicyRequest request) {
        return GetBucketPolicyResponse.builder()
                .policy(new BucketPolicies(settings()).get(request.bucket(), request.expectedBucketOwner()))
                .build();
    }

    @Override
    default DeleteBucketPolicyResponse deleteBucketPolicy(DeleteBucketPolicyRequest request) {
        new BucketPolicies(settings()).delete(request.bucket(), request.expectedBucketOwner());
        return DeleteBucketPolicyResponse.builder().build();
    }

    @Override
    default GetBucketPolicyStatusResponse getBucketPolicyStatus(GetBucketPolicyStatusRequest request) {
        boolean open = new BucketPolicies(settings()).isPublic(request.bucket(), request.expectedBucketOwner());
        return GetBucketPolicyStatusResponse.builder()
                .policyStatus(status -> status.isPublic(open))
                .build();
    }

    @Override
    default PutPublicAccessBlockResponse putPublicAccessBlock(PutPublicAccessBlockRequest request) {
        settings()
                .change(
                        request.bucket(),
                        request.expectedBucketOwner(),
                        (txn, bucket) -> PublicAccess.put(txn, bucket, request.publicAccessBlockConfiguration()));
        return PutPublicAccessBlockResponse.builder().build();
    }

    @Override
    default GetPublicAccessBlockResponse getPublicAccessBlock(GetPublicAccessBlockRequest request) {
        var configuration = settings()
                .read(
                        request.bucket(),
                        request.expectedBucketOwner(),
                        (snapshot, bucket) -> PublicAccess.of(snapshot, bucket).configuration(bucket));
        return GetPublicAccessBlockResponse.builder()
                .publicAccessBlockConfiguration(configuration)
                .build();
    }

    @Override
    default DeletePublicAccessBlockResponse deletePublicAccessBlock(DeletePublicAccessBlockRequest request) {
        settings().change(request.bucket(), request.expectedBucketOwner(), PublicAccess::delete);
        return DeletePublicAccessBlockResponse.builder().build();
    }

    @Override
    default PutBucketOwnershipControlsResponse putBucketOwnershipControls(PutBucketOwnershipControlsRequest request) {
        settings()
                .change(
                        request.bucket(),
                        request.expectedBucketOwner(),
                        (txn, bucket) -> Ownership.put(txn, bucket, request.ownershipControls()));
        return PutBucketOwnershipControlsResponse.builder().build();
    }

    @Override
    default GetBucketOwnershipControlsResponse getBucketOwnershipControls(GetBucketOwnershipControlsRequest request) {
        var controls = settings()
                .read(
                        request.bucket(),
                        request.expectedBucketOwner(),
                        (snapshot, bucket) -> Ownership.of(snapshot, bucket).controls(bucket));
        return GetBucketOwnershipControlsResponse.builder()
                .ownershipControls(controls)
                .build();
    }

    @Override
    default DeleteBucketOwnershipControlsResponse deleteBucketOwnershipControls(
            DeleteBucketOwnershipControlsRequest request) {
        settings().change(request.bucket(), request.expectedBucketOwner(), Ownership::delete);
        return DeleteBucketOwnershipControlsResponse.builder().build();
    }

    @Override
    default PutBucketAclResponse putBucketAcl(PutBucketAclRequest request) {
        settings()
                .change(
                        request.bucket(),
                        request.expectedBucketOwner(),
                        (txn, bucket) -> AccessLists.putBucket(txn, bucket, request));
        return PutBucketAclResponse.builder().build();
    }

    @Override
    default GetBucketAclResponse getBucketAcl(GetBucketAclRequest request) {
        var list = settings().read(request.bucket(), request.expectedBucketOwner(), AccessLists::of);
        return GetBucketAclResponse.builder()
                .owner(list.owner())
                .grants(list.grants())
                .build();
    }

    @Override
    default PutBucketCorsResponse putBucketCors(PutBucketCorsRequest request) {
        settings()
                .put(
                        CorsRules.SETTING,
                        request.bucket(),
                        request.expectedBucketOwner(),
                        CorsRules.checked(request.corsConfiguration()));
        return PutBucketCorsResponse.builder().build();
    }

    @Override
    default GetBucketCorsResponse getBucketCors(GetBucketCorsRequest request) {
        var cors = settings()
                .get(
                        CorsRules.SETTING,
                        request.bucket(),
                        request.expectedBucketOwner(),
                        bucket -> S3Errors.of(
                                "NoSuchCORSConfiguration",
                                404,
                                "The CORS configuration does not exist",
                                "BucketName",
                                bucket));
        return GetBucketCorsResponse.builder().corsRules(cors.corsRules()).build();
    }

    @Override
    default DeleteBucketCorsResponse deleteBucketCors(DeleteBucketCorsRequest request) {
        settings().delete(CorsRules.SETTING, request.bucket(), request.expectedBucketOwner());
        return DeleteBucketCorsResponse.builder().build();
    }

    @Override
    default PutBucketWebsiteResponse putBucketWebsite(PutBucketWebsiteRequest request) {
        settings()
                .put(
                        Websites.SETTING,
                        request.bucket(),
                        request.expectedBucketOwner(),
                        Websites.checked(request.websiteConfiguration()));
        return PutBucketWebsiteResponse.builder().build();
    }

    @Override
    default GetBucketWebsiteResponse getBucketWebsite(GetBucketWebsiteRequest request) {
        var website = settings()
                .get(
                        Websites.SETTING,
                        request.bucket(),
                        request.expectedBucketOwner(),
                        bucket -> S3Errors.of(
                                "NoSuchWebsiteConfiguration",
                                404,
                                "The specified bucket does not have a website configuration",
                                "BucketName",
                                bucket));
        return GetBucketWebsiteResponse.builder()
                .indexDocument(website.indexDocument())
                .errorDocument(website.errorDocument())
                .redirectAllRequestsTo(website.redirectAllRequestsTo())
                .routingRules(website.hasRoutingRules() ? website.routingRules() : null)
                .build();
    }

    @Override
    default DeleteBucketWebsiteResponse deleteBucketWebsite(DeleteBucketWebsiteRequest request) {
        settings().delete(Websites.SETTING, request.bucket(), request.expectedBucketOwner());
        return DeleteBucketWebsiteResponse.builder().build();
    }

    @Override
    default PutBucketLifecycleConfigurationResponse putBucketLifecycleConfiguration(
            PutBucketLifecycleConfigurationRequest request) {
        BucketConfigurations.putLifecycle(settings(), lifecycleSweep(), request);
        return PutBucketLifecycleConfigurationResponse.builder()
                .transitionDefaultMinimumObjectSize(LifecycleRules.MINIMUM_SIZE)
                .build();
    }

    @Override
    default GetBucketLifecycleConfigurationResponse getBucketLifecycleConfiguration(
            GetBucketLifecycleConfigurationRequest request) {
        var lifecycle = settings()
                .get(
                        LifecycleRules.SETTING,
                        request.bucket(),
                        request.expectedBucketOwner(),
                        bucket -> S3Errors.of(
                                "NoSuchLifecycleConfiguration",
                                404,
                                "The lifecycle configuration does not exist",
                                "BucketName",
                                bucket));
        return GetBucketLifecycleConfigurationResponse.builder()
                .rules(lifecycle.rules())
                .transitionDefaultMinimumObjectSize(LifecycleRules.MINIMUM_SIZE)
                .build();
    }

    @Override
    default DeleteBucketLifecycleResponse deleteBucketLifecycle(DeleteBucketLifecycleRequest request) {
        settings().delete(LifecycleRules.SETTING, request.bucket(), request.expectedBucketOwner());
        return DeleteBucketLifecycleResponse.builder().build();
    }

    @Override
    default PutBucketTaggingResponse putBucketTagging(PutBucketTaggingRequest request) {
        var tagging = BucketSettings.body(request.tagging());
        settings()
                .change(
                        request.bucket(),
                        request.expectedBucketOwner(),
                        (txn, bucket) -> BucketTags.put(txn, bucket, tagging.tagSet(), false));
        return PutBucketTaggingResponse.builder().build();
    }

    @Override
    default GetBucketTaggingResponse getBucketTagging(GetBucketTaggingRequest request) {
        return GetBucketTaggingResponse.builder()
                .tagSet(settings().read(request.bucket(), request.expectedBucketOwner(), BucketTags::get))
                .build();
    }

    @Override
    default DeleteBucketTaggingResponse deleteBucketTagging(DeleteBucketTaggingRequest request) {
        settings().change(request.bucket(), request.expectedBucketOwner(), BucketTags::delete);
        return DeleteBucketTaggingResponse.builder().build();
    }

    @Override
    default PutBucketEncryptionResponse putBucketEncryption(PutBucketEncryptionRequest request) {
        BucketConfigurations.checkEncryption(request.serverSideEncryptionConfiguration());
        settings()
                .put(
                        BucketConfigurations.ENCRYPTION,
                        request.bucket(),
                        request.expectedBucketOwner(),
                        BucketSettings.body(request.serverSideEncryptionConfiguration()));
        return PutBucketEncryptionResponse.builder().build();
    }

    @Override
    default GetBucketEncryptionResponse getBucketEncryption(GetBucketEncryptionRequest request) {
        var encryption =
                settings().read(request.bucket(), request.expectedBucketOwner(), BucketConfigurations::encryption);
        return GetBucketEncryptionResponse.builder()
                .serverSideEncryptionConfiguration(encryption)
                .build();
    }

    @Override
    default DeleteBucketEncryptionResponse deleteBucketEncryption(DeleteBucketEncryptionRequest request) {
        settings().delete(BucketConfigurations.ENCRYPTION, request.bucket(), request.expectedBucketOwner());
        return DeleteBucketEncryptionResponse.builder().build();
    }

    @Override
    default PutBucketLoggingResponse putBucketLogging(PutBucketLoggingRequest request) {
        settings()
                .change(
                        request.bucket(),
                        request.expectedBucketOwner(),
                        (txn, bucket) -> BucketConfigurations.checkLogging(
                                bucket,
                                request.bucketLoggingStatus(),
                                name -> settings().find(txn, name)));
        return PutBucketLoggingResponse.builder().build();
    }

    @Override
    default GetBucketLoggingResponse getBucketLogging(GetBucketLoggingRequest request) {
        settings().read(request.bucket(), request.expectedBucketOwner(), (snapshot, bucket) -> bucket);
        return GetBucketLoggingResponse.builder().build();
    }

    @Override
    default PutBucketRequestPaymentResponse putBucketRequestPayment(PutBucketRequestPaymentRequest request) {
        settings()
                .change(
                        request.bucket(),
                        request.expectedBucketOwner(),
                        (txn, bucket) ->
                                BucketConfigurations.putPayer(txn, bucket, request.requestPaymentConfiguration()));
        return PutBucketRequestPaymentResponse.builder().build();
    }

    @Override
    default GetBucketRequestPaymentResponse getBucketRequestPayment(GetBucketRequestPaymentRequest request) {
        return GetBucketRequestPaymentResponse.builder()
                .payer(settings().read(request.bucket(), request.expectedBucketOwner(), BucketConfigurations::payer))
                .build();
    }

    @Override
    default PutBucketAccelerateConfigurationResponse putBucketAccelerateConfiguration(
            PutBucketAccelerateConfigurationRequest request) {
        settings()
                .change(
                        request.bucket(),
                        request.expectedBucketOwner(),
                        (txn, bucket) ->
                                BucketConfigurations.putAcceleration(txn, bucket, request.accelerateConfiguration()));
        return PutBucketAccelerateConfigurationResponse.builder().build();
    }

    @Override
    default GetBucketAccelerateConfigurationResponse getBucketAccelerateConfiguration(
            GetBucketAccelerateConfigurationRequest request) {
        var acceleration = settings()
                .read(request.bucket(), request.expectedBucketOwner(), BucketConfigurations.ACCELERATION::find);
        return GetBucketAccelerateConfigurationResponse.builder()
                .status(acceleration == null ? null : acceleration.statusAsString())
                .build();
    }

    @Override
    default PutObjectLockConfigurationResponse putObjectLockConfiguration(PutObjectLockConfigurationRequest request) {
        settings()
                .change(
                        request.bucket(),
                        request.expectedBucketOwner(),
                        (txn, bucket) -> BucketConfigurations.putObjectLock(
                                txn, bucket, request.objectLockConfiguration(), settings()));
        return PutObjectLockConfigurationResponse.builder().build();
    }

    @Override
    default GetObjectLockConfigurationResponse getObjectLockConfiguration(GetObjectLockConfigurationRequest request) {
        var lock = settings().read(request.bucket(), request.expectedBucketOwner(), BucketConfigurations::objectLock);
        return GetObjectLockConfigurationResponse.builder()
                .objectLockConfiguration(lock)
                .build();
    }

    @Override
    default ListBucketAnalyticsConfigurationsResponse listBucketAnalyticsConfigurations(
            ListBucketAnalyticsConfigurationsRequest request) {
        settings().read(request.bucket(), request.expectedBucketOwner(), (snapshot, bucket) -> bucket);
        return ListBucketAnalyticsConfigurationsResponse.builder()
                .isTruncated(false)
                .build();
    }

    @Override
    default GetBucketAnalyticsConfigurationResponse getBucketAnalyticsConfiguration(
            GetBucketAnalyticsConfigurationRequest request) {
        settings().read(request.bucket(), request.expectedBucketOwner(), (snapshot, bucket) -> bucket);
        throw S3Errors.of("NoSuchConfiguration", 404, "The specified configuration does not exist.");
    }

    @Override
    default DeleteBucketAnalyticsConfigurationResponse deleteBucketAnalyticsConfiguration(
            DeleteBucketAnalyticsConfigurationRequest request) {
        settings().read(request.bucket(), request.expectedBucketOwner(), (snapshot, bucket) -> bucket);
        throw S3Errors.of("NoSuchConfiguration", 404, "The specified configuration does not exist.");
    }

    @Override
    default ListBucketInventoryConfigurationsResponse listBucketInventoryConfigurations(
            ListBucketInventoryConfigurationsRequest request) {
        settings().read(request.bucket(), request.expectedBucketOwner(), (snapshot, bucket) -> bucket);
        return ListBucketInventoryConfigurationsResponse.builder()
                .isTruncated(false)
                .build();
    }

    @Override
    default GetBucketInventoryConfigurationResponse getBucketInventoryConfiguration(
            GetBucketInventoryConfigurationRequest request) {
        settings().read(request.bucket(), request.expectedBucketOwner(), (snapshot, bucket) -> bucket);
        throw S3Errors.of("NoSuchConfiguration", 404, "The specified configuration does not exist.");
    }

    @Override
    default DeleteBucketInventoryConfigurationResponse deleteBucketInventoryConfiguration(
            DeleteBucketInventoryConfigurationRequest request) {
        settings().read(request.bucket(), request.expectedBucketOwner(), (snapshot, bucket) -> bucket);
        throw S3Errors.of("NoSuchConfiguration", 404, "The specified configuration does not exist.");
    }

    @Override
    default ListBucketMetricsConfigurationsResponse listBucketMetricsConfigurations(
            ListBucketMetricsConfigurationsRequest request) {
        settings().read(request.bucket(), request.expectedBucketOwner(), (snapshot, bucket) -> bucket);
        return ListBucketMetricsConfigurationsResponse.builder()
                .isTruncated(false)
                .build();
    }

    @Override
    default GetBucketMetricsConfigurationResponse getBucketMetricsConfiguration(
            GetBucketMetricsConfigurationRequest request) {
        settings().read(request.bucket(), request.expectedBucketOwner(), (snapshot, bucket) -> bucket);
        throw S3Errors.of("NoSuchConfiguration", 404, "The specified configuration does not exist.");
    }

    @Override
    default DeleteBucketMetricsConfigurationResponse deleteBucketMetricsConfiguration(
            DeleteBucketMetricsConfigurationRequest request) {
        settings().read(request.bucket(), request.expectedBucketOwner(), (snapshot, bucket) -> bucket);
        throw S3Errors.of("NoSuchConfiguration", 404, "The specified configuration does not exist.");
    }

    @Override
    default ListBucketIntelligentTieringConfigurationsResponse listBucketIntelligentTieringConfigurations(
            ListBucketIntelligentTieringConfigurationsRequest request) {
        settings().read(request.bucket(), request.expectedBucketOwner(), (snapshot, bucket) -> bucket);
        return ListBucketIntelligentTieringConfigurationsResponse.builder()
                .isTruncated(false)
                .build();
    }

    @Override
    default GetBucketIntelligentTieringConfigurationResponse getBucketIntelligentTieringConfiguration(
            GetBucketIntelligentTieringConfigurationRequest request) {
        settings().read(request.bucket(), request.expectedBucketOwner(), (snapshot, bucket) -> bucket);
        throw S3Errors.of("NoSuchConfiguration", 404, "The specified configuration does not exist.");
    }

    @Override
    default DeleteBucketIntelligentTieringConfigurationResponse deleteBucketIntelligentTieringConfiguration(
            DeleteBucketIntelligentTieringConfigurationRequest request) {
        settings().read(request.bucket(), request.expectedBucketOwner(), (snapshot, bucket) -> bucket);
        throw S3Errors.of("NoSuchConfiguration", 404, "The specified configuration does not exist.");
    }

    @Override
    default GetBucketReplicationResponse getBucketReplication(GetBucketReplicationRequest request) {
        settings().read(request.bucket(), request.expectedBucketOwner(), (snapshot, bucket) -> bucket);
        throw S3Errors.of(
                "ReplicationConfigurationNotFoundError",
                404,
                "The replication configuration was not found",
                "BucketName",
                request.bucket());
    }

    @Override
    default DeleteBucketReplicationResponse deleteBucketReplication(DeleteBucketReplicationRequest request) {
        settings().read(request.bucket(), request.expectedBucketOwner(), (snapshot, bucket) -> bucket);
        return DeleteBucketReplicationResponse.builder().build();
    }
}
