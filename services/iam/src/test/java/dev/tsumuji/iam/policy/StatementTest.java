package dev.tsumuji.iam.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.iam.policy.Evaluator.Named;
import dev.tsumuji.kernel.call.Principal;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What statements cover, one row per rule of the documentation. */
class StatementTest {
    private static final String RESOURCE = "arn:aws:s3:::bucket/home/ada/file";

    /**
     * @param rest JSON with ' for " and ^ for '
     * @param request {@code key=a|b;key2=c}; a key alone has no values
     */
    private static boolean allowed(String version, String effect, String rest, String request) {
        var values = new HashMap<String, List<String>>();
        if (request != null) {
            for (var entry : request.split(";")) {
                int equals = entry.indexOf('=');
                values.put(
                        equals < 0 ? entry : entry.substring(0, equals),
                        equals < 0
                                ? List.of()
                                : List.of(entry.substring(equals + 1).split("\\|")));
            }
        }
        var document = "{" + version + "\"Statement\":[{\"Effect\":\"" + effect + "\","
                + rest.replace('\'', '"').replace('^', '\'') + "}"
                + (effect.equals("Deny") ? ",{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}" : "") + "]}";
        return Evaluator.decide(
                        new Evaluator.Request(
                                new Principal.User("111111111111", "/", "ada", "AIDAADA"),
                                "s3:GetObject",
                                RESOURCE,
                                "111111111111",
                                false,
                                Context.of(values)),
                        new Evaluator.Policies(
                                List.of(new Named("p", PolicyParser.parse(document))), null, null, () -> null))
                .allowed();
    }

    private static final String NEW = "\"Version\":\"2012-10-17\",";

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '~', textBlock = """
                    'Action':'s3:GetObject','Resource':'*' > true
                    'Action':'S3:getobject','Resource':'*' > true
                    'Action':'s3:Get*','Resource':'*' > true
                    'Action':'s3:Get??????','Resource':'*' > true
                    'Action':'s3:Get?????','Resource':'*' > false
                    'Action':['sqs:*','s3:Put*'],'Resource':'*' > false
                    'NotAction':'s3:Put*','Resource':'*' > true
                    'NotAction':['iam:*','s3:Get*'],'Resource':'*' > false
                    'Action':'*','Resource':'arn:aws:s3:::bucket/*' > true
                    'Action':'*','Resource':'arn:aws:s3:::BUCKET/*' > false
                    'Action':'*','Resource':'arn:aws:s3:::bucket' > false
                    'Action':'*','NotResource':'arn:aws:s3:::bucket/*' > false
                    'Action':'*','NotResource':'arn:aws:s3:::other/*' > true
                    'Action':'*','Resource':'arn:aws:s3:::bucket/home/${aws:username}/*' > true
                    'Action':'*','Resource':'arn:aws:s3:::bucket/home/${AWS:UserName}/*' > true
                    'Action':'*','Resource':'arn:aws:s3:::bucket/home/${aws:PrincipalTag/none}/*' > false
                    'Action':'*','Resource':'arn:aws:s3:::bucket/home/${aws:PrincipalTag/none, ^ada^}/*' > true
                    'Action':'*','Resource':'arn:aws:s3:::bucket/home/${*}/*' > false
                    'Action':'*','NotResource':'arn:aws:s3:::x/${aws:PrincipalTag/none}' > false
                    """)
    void actions_and_resources(String rest, boolean expected) {
        assertThat(allowed(NEW, "Allow", rest, "aws:username=ada")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '~', textBlock = """
                    'StringEquals':{'k':'a'} > k=a > true
                    'StringEquals':{'K':['b','a']} > k=a > true
                    'StringEquals':{'k':'A'} > k=a > false
                    'StringEquals':{'k':'a*'} > k=ab > false
                    'StringEquals':{'k':'a'} > other=a > false
                    'StringEqualsIfExists':{'k':'a'} > other=a > true
                    'StringEqualsIfExists':{'k':'a'} > k=b > false
                    'StringNotEquals':{'k':['a','b']} > k=b > false
                    'StringNotEquals':{'k':['a','b']} > k=c > true
                    'StringNotEquals':{'k':'a'} > other=a > true
                    'StringEqualsIgnoreCase':{'k':'ABC'} > k=abc > true
                    'StringNotEqualsIgnoreCase':{'k':'ABC'} > k=abc > false
                    'StringLike':{'k':'a*c?'} > k=abbcd > true
                    'StringNotLike':{'k':'a*'} > k=abc > false
                    'StringLike':{'k':'${aws:username}-*'} > k=ada-1;aws:username=ada > true
                    'StringLike':{'k':'${aws:username}-*'} > k=xda-1;aws:username=?da > false
                    'StringNotEquals':{'k':'${aws:none}'} > k=a > false
                    'NumericEquals':{'k':'10'} > k=10.0 > true
                    'NumericEquals':{'k':10} > k=10 > true
                    'NumericNotEquals':{'k':'10'} > k=11 > true
                    'NumericNotEquals':{'k':'10'} > k=eleven > false
                    'NumericLessThan':{'k':'10'} > k=9 > true
                    'NumericLessThan':{'k':'10'} > k=10 > false
                    'NumericLessThanEquals':{'k':'10'} > k=10 > true
                    'NumericGreaterThan':{'k':'10'} > k=9 > false
                    'NumericGreaterThanEquals':{'k':'10'} > k=10 > true
                    'NumericLessThan':{'k':'1e999999999'} > k=1 > false
                    'DateEquals':{'k':'2026-01-01T00:00:00Z'} > k=2026-01-01T00:00:00Z > true
                    'DateLessThan':{'k':'2026-01-01T00:00:00Z'} > k=2025-12-31T23:59:59Z > true
                    'DateLessThan':{'k':'2026-01-01'} > k=2025-12-31T23:59:59Z > true
                    'DateGreaterThan':{'k':'2026-01-01T00:00:00Z'} > k=1767225601 > true
                    'DateGreaterThanEquals':{'k':'2026-01-01T01:00:00+01:00'} > k=2026-01-01T00:00:00Z > true
                    'DateLessThanEquals':{'k':'soon'} > k=2026-01-01T00:00:00Z > false
                    'DateNotEquals':{'k':'2026-01-01T00:00:00Z'} > k=2026-01-01T00:00:01Z > true
                    'Bool':{'k':'true'} > k=true > true
                    'Bool':{'k':true} > k=true > true
                    'Bool':{'k':'true'} > k=false > false
                    'BoolIfExists':{'k':'true'} > o=1 > true
                    'BinaryEquals':{'k':'QUJD'} > k=QUJD > true
                    'BinaryEquals':{'k':'QUJD'} > k=QUJE > false
                    'IpAddress':{'k':'203.0.113.0/24'} > k=203.0.113.77 > true
                    'IpAddress':{'k':'203.0.113.0/24'} > k=203.0.114.1 > false
                    'IpAddress':{'k':'203.0.113.5'} > k=203.0.113.5 > true
                    'IpAddress':{'k':'2001:db8::/32'} > k=2001:db8:1::1 > true
                    'IpAddress':{'k':'2001:db8::/32'} > k=2001:db9::1 > false
                    'IpAddress':{'k':'0.0.0.0/0'} > k=2001:db9::1 > false
                    'NotIpAddress':{'k':'203.0.113.0/24'} > k=203.0.113.77 > false
                    'NotIpAddress':{'k':'203.0.113.0/24'} > k=198.51.100.1 > true
                    'NotIpAddress':{'k':'203.0.113.0/24'} > k=localhost > false
                    'ArnLike':{'k':'arn:aws:sns:*:111111111111:t*'} > k=arn:aws:sns:eu-west-1:111111111111:topic > true
                    'ArnLike':{'k':'arn:aws:sns:*:111:t'} > k=arn:aws:sns:eu:222:111:t > false
                    'ArnEquals':{'k':'arn:aws:sns:*:*:t?pic'} > k=arn:aws:sns:eu-west-1:111111111111:topic > true
                    'ArnNotLike':{'k':'arn:aws:sns:*:*:t*'} > k=arn:aws:sns:eu-west-1:1:topic > false
                    'ArnNotEquals':{'k':'arn:aws:sns:*:*:t*'} > k=arn:aws:sqs:eu-west-1:1:topic > true
                    'Null':{'k':'true'} > other=1 > true
                    'Null':{'k':'true'} > k=1 > false
                    'Null':{'k':'false'} > k=1 > true
                    'ForAllValues:StringEquals':{'k':['a','b']} > k=a|b > true
                    'ForAllValues:StringEquals':{'k':['a','b']} > k=a|c > false
                    'ForAllValues:StringEquals':{'k':['a','b']} > other=1 > true
                    'ForAnyValue:StringEquals':{'k':['a','b']} > k=a|c > true
                    'ForAnyValue:StringEquals':{'k':['a','b']} > k=c|d > false
                    'ForAnyValue:StringEquals':{'k':['a','b']} > other=1 > false
                    'ForAnyValue:StringNotEquals':{'k':['a']} > k=a|c > true
                    'ForAllValues:StringNotEquals':{'k':['a']} > k=b|c > true
                    'ForAllValues:StringLike':{'k':['a*']} > k=ab|ac > true
                    'StringEquals':{'k':'a'} > k=a|b > false
                    'StringEquals':{'k':'a','l':'b'} > k=a;l=b > true
                    'StringEquals':{'k':'a','l':'b'} > k=a;l=c > false
                    'StringEquals':{'k':'a'},'Bool':{'b':'true'} > k=a;b=true > true
                    'StringEquals':{'k':'a'},'Bool':{'b':'true'} > k=a;b=false > false
                    'StringAlmostEquals':{'k':'a'} > k=a > false
                    """)
    void conditions(String condition, String request, boolean expected) {
        assertThat(allowed(NEW, "Allow", "'Action':'*','Resource':'*','Condition':{" + condition + "}", request))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'StringAlmostEquals':{'k':'a'}",
                "'StringNotEquals':{'k':'${aws:none}'}",
                "'NumericNotEquals':{'k':'10'}",
                "'NotIpAddress':{'k':'10.0.0.0/8'}"
            })
    void what_cannot_be_judged_is_denied_by_a_denial(String condition) {
        assertThat(allowed(NEW, "Deny", "'Action':'*','Resource':'*','Condition':{" + condition + "}", "k=x"))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"Version\":\"2008-10-17\","})
    void a_document_without_version_or_of_2008_has_no_variables(String version) {
        assertThat(allowed(version, "Allow", "'Action':'*','Resource':'*'", null))
                .isTrue();
        assertThat(allowed(
                        version,
                        "Allow",
                        "'Action':'*','Resource':'arn:aws:s3:::bucket/home/${aws:username}/*'",
                        "aws:username=ada"))
                .isFalse();
    }
}
