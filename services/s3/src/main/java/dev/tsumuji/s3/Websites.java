package dev.tsumuji.s3;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.Protocol;
import software.amazon.awssdk.services.s3.model.RoutingRule;
import software.amazon.awssdk.services.s3.model.WebsiteConfiguration;

/**
 * How a bucket is a website: checked here, served by {@link WebsiteSite}.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html">PutBucketWebsite</a>
 */
final class Websites {
    static final Setting<WebsiteConfiguration> SETTING = Setting.of("website", WebsiteConfiguration.class);
    private static final int RULES_MAX = 50;

    private Websites() {}

    static WebsiteConfiguration checked(@Nullable WebsiteConfiguration given) {
        var website = BucketSettings.body(given);
        var all = website.redirectAllRequestsTo();
        var index = website.indexDocument();
        if (all != null) {
            if (index != null || website.errorDocument() != null || website.hasRoutingRules()) {
                throw S3Errors.invalidArgument(
                        "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
                        "RedirectAllRequestsTo",
                        "not null");
            }
            if (all.hostName() == null || all.hostName().isEmpty()) {
                throw S3Errors.malformedXml();
            }
            protocol(all.protocol());
            return website;
        }
        if (index == null) {
            throw S3Errors.invalidArgument(
                    "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
                    "IndexDocument",
                    "null");
        }
        var suffix = index.suffix();
        if (suffix == null || suffix.isEmpty() || suffix.indexOf('/') >= 0) {
            throw suffix == null
                    ? S3Errors.invalidArgument("The IndexDocument Suffix is not well formed", "IndexDocument", "")
                    : S3Errors.invalidArgument("The IndexDocument Suffix is not well formed", "IndexDocument", suffix);
        }
        if (website.errorDocument() != null
                && (website.errorDocument().key() == null
                        || website.errorDocument().key().isEmpty())) {
            throw S3Errors.malformedXml();
        }
        if (website.hasRoutingRules() && website.routingRules().isEmpty()) {
            throw S3Errors.malformedXml();
        }
        if (website.routingRules().size() > RULES_MAX) {
            throw S3Errors.invalidRequest(
                    website.routingRules().size() + " routing rules provided, the number of routing rules in a website"
                            + " configuration is limited to " + RULES_MAX + ".");
        }
        website.routingRules().forEach(Websites::rule);
        return website;
    }

    private static void rule(RoutingRule rule) {
        var redirect = rule.redirect();
        if (redirect == null
                || redirect.hostName() == null
                        && redirect.httpRedirectCode() == null
                        && redirect.protocol() == null
                        && redirect.replaceKeyPrefixWith() == null
                        && redirect.replaceKeyWith() == null) {
            throw S3Errors.malformedXml();
        }
        protocol(redirect.protocol());
        if (redirect.replaceKeyPrefixWith() != null && redirect.replaceKeyWith() != null) {
            throw S3Errors.invalidRequest("You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
        }
        var code = redirect.httpRedirectCode();
        if (code != null && !code.matches("30[1-8]")) {
            throw S3Errors.invalidRequest(
                    "The provided HTTP redirect code (" + code + ") is not valid. Valid codes are 3XX except 300.");
        }
        var condition = rule.condition();
        if (condition != null) {
            if (condition.keyPrefixEquals() == null && condition.httpErrorCodeReturnedEquals() == null) {
                throw S3Errors.invalidRequest(
                        "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be present.");
            }
            var error = condition.httpErrorCodeReturnedEquals();
            if (error != null && !error.matches("[45]\\d\\d")) {
                throw S3Errors.invalidRequest(
                        "The provided HTTP error code (" + error + ") is not valid. Valid codes are 4XX or 5XX.");
            }
        }
    }

    private static void protocol(@Nullable Protocol protocol) {
        if (protocol == Protocol.UNKNOWN_TO_SDK_VERSION) {
            throw S3Errors.invalidRequest(
                    "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.");
        }
    }
}
