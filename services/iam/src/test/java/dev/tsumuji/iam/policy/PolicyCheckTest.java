package dev.tsumuji.iam.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.kernel.call.Principal;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyCheckTest {
    private static final String GOOD =
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"one\",\"Effect\":\"Allow\",\"Action\":[\"s3:Get*\"],"
                    + "\"Resource\":\"arn:aws:s3:::b/${aws:username}/*\",\"Condition\":{\"StringLike\":{\"aws:userid\":[\"A*\"]},"
                    + "\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}}}]}";

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '~', textBlock = """
                    {} > Syntax errors in policy.
                    [] > Syntax errors in policy.
                    nonsense > Syntax errors in policy.
                    {'Statement':[]} > Syntax errors in policy.
                    {'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*'},'Extra':1} > Syntax errors in policy.
                    {'Version':'2011-01-01','Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*'}} > Syntax errors in policy.
                    {'Statement':{'Effect':'allow','Action':'s3:*','Resource':'*'}} > Syntax errors in policy.
                    {'Statement':{'Effect':'Allow','Action':'s3:*','NotAction':'s3:*','Resource':'*'}} > Syntax errors in policy.
                    {'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'StringAlmost':{'k':'v'}}}} > Syntax errors in policy.
                    {'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'NullIfExists':{'k':'true'}}}} > Syntax errors in policy.
                    {'Statement':{'Effect':'Allow','Resource':'*'}} > Policy statement must contain actions.
                    {'Statement':{'Effect':'Allow','Action':[],'Resource':'*'}} > Policy statement must contain actions.
                    {'Statement':{'Effect':'Allow','Action':'s3:*'}} > Policy statement must contain resources.
                    {'Statement':{'Effect':'Allow','Action':'s3:*','Resource':[]}} > Policy statement must contain resources.
                    {'Statement':{'Effect':'Allow','Action':'s3','Resource':'*'}} > Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.
                    {'Statement':{'Effect':'Allow','Action':'s3:a:b','Resource':'*'}} > Actions/Condition can contain only one colon.
                    {'Statement':{'Effect':'Allow','Action':'s_3:Get','Resource':'*'}} > Vendor s_3 is not valid
                    {'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'bucket'}} > Resource bucket must be in ARN format or "*".
                    {'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'arn:moon:s3:::b'}} > Partition "moon" is not valid for resource "arn:moon:s3:::b".
                    {'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'arn:aws:s3:eu-west-1::b'}} > Resource arn:aws:s3:eu-west-1::b can not contain region information.
                    {'Statement':{'Effect':'Allow','Principal':'*','Action':'s3:*','Resource':'*'}} > Policy document should not specify a principal.
                    {'Statement':[{'Sid':'a','Effect':'Allow','Action':'s3:*','Resource':'*'},{'Sid':'a','Effect':'Allow','Action':'s3:*','Resource':'*'}]} > Statement IDs (SID) in a single policy must be unique.
                    """)
    void a_defect_is_told_in_aws_words(String document, String message) {
        assertThatThrownBy(() -> PolicyCheck.identity(document.replace('\'', '"')))
                .isInstanceOf(MalformedPolicy.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                GOOD,
                "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}",
                "{\"Version\":\"2008-10-17\",\"Id\":\"x\",\"Statement\":{\"Effect\":\"Deny\",\"NotAction\":\"s3:*\",\"NotResource\":\"arn:aws:s3:::b\"}}",
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"apigatway:PUT\"],\"Resource\":[\"arn:aws:apigateway:eu-west-1::/tags/arn%3Aaws\"]}]}"
            })
    void good_documents_pass(String document) {
        assertThatCode(() -> PolicyCheck.identity(document)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '~', textBlock = """
                    nonsense > This policy contains invalid Json
                    {'Statement':{'Effect':'Allow','Principal':{'Service':'lambda.amazonaws.com'},'Action':'sts:AssumeRole','Resource':'*'}} > Has prohibited field Resource
                    {'Statement':{'Effect':'Allow','Action':'sts:AssumeRole'}} > Missing required field Principal
                    {'Statement':{'Effect':'Allow','Principal':{'Service':'lambda.amazonaws.com'},'Action':'s3:Get'}} > AssumeRole policy may only specify STS AssumeRole actions.
                    {'Statement':{'Effect':'Allow','Principal':{'Service':'nobody'},'Action':'sts:AssumeRole'}} > Invalid principal in policy: "SERVICE":"nobody"
                    {'Statement':{'Effect':'Allow','Principal':{'AWS':'ada'},'Action':'sts:AssumeRole'}} > Invalid principal in policy: "AWS":"ada"
                    """)
    void a_trust_policys_defect_is_told_in_aws_words(String document, String message) {
        assertThatThrownBy(() -> PolicyCheck.trust(document.replace('\'', '"')))
                .isInstanceOf(MalformedPolicy.class)
                .hasMessage(message);
    }

    @Test
    void mutated_documents_are_judged_without_any_other_failure_and_grant_nothing_new() {
        var seed = 11L;
        var random = new SplittableRandom(seed);
        var alphabet = "{}[]\",:*?$\\ abcXYZ019.-/'\n\u00e9";
        var stranger = new Evaluator.Request(
                new Principal.User("111111111111", "/", "ada", "AIDA"),
                "dynamodb:PutItem",
                "arn:aws:dynamodb:eu-west-1:111111111111:table/t",
                "111111111111",
                false,
                Context.of(Map.of("aws:username", List.of("ada"))));
        for (int round = 0; round < 100_000; round++) {
            var text = new StringBuilder(GOOD);
            for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.deleteCharAt(at);
                    case 1 -> text.insert(at, alphabet.charAt(random.nextInt(alphabet.length())));
                    default -> text.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
                }
            }
            try {
                var policy = PolicyParser.parse(text.toString());
                PolicyCheck.identity(text.toString());
                var decision = Evaluator.decide(
                        stranger,
                        new Evaluator.Policies(List.of(new Evaluator.Named("p", policy)), null, null, () -> null));
                assertThat(decision.allowed()).as("seed %d: %s", seed, text).isFalse();
            } catch (MalformedPolicy e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void nesting_is_bounded() {
        assertThatThrownBy(() -> PolicyCheck.identity("[".repeat(100_000))).isInstanceOf(MalformedPolicy.class);
    }
}
