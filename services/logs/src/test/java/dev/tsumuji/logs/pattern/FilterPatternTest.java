package dev.tsumuji.logs.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of AWS's documentation of filter patterns, and the edges beside them. */
class FilterPatternTest {
    private static final List<String> LINES = List.of(
            "[ERROR 400] BAD REQUEST",
            "[ERROR 401] UNAUTHORIZED REQUEST",
            "[ERROR 419] MISSING ARGUMENTS",
            "[ERROR 420] INVALID ARGUMENTS",
            "[ERROR 500] INTERNAL SERVER ERROR",
            "[INFO] REQUEST FAILED",
            "Exiting with ERRORCODE: -1");

    private static final String TRAIL = """
            {"eventType":"UpdateTrail","sourceIPAddress":"111.111.111.111","arrayKey":["value","another value"],\
            "objectList":[{"name":"a","id":1},{"name":"b","id":2}],"SomeObject":null,"ThisFlag":true,"NoFlag":false,\
            "cluster.name":"c","latency":512.5,"errorCode":400,"number":[1000],"text":"400","user-agent_1":"x",\
            "users":[1,2,3]}""";

    private static final String USERS = """
            {"user":{"id":1,"email":"John.Stiles@example.com"},"users":[{"id":2,"email":"John.Doe@example.com"},\
            {"id":3,"email":"Jane.Doe@example.com"}],"actions":["GET","PUT","DELETE"],\
            "coordinates":[[0,1,2],[4,5,6],[7,8,9]]}""";

    private static final String ACCESS =
            "127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] \"GET /index.html HTTP/1.0\" 404 1534";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "ERROR                          | 0 1 2 3 4 6",
                "error                          | ",
                "ERROR ARGUMENTS                | 2 3",
                "?INFO ?ARGUMENTS               | 2 3 5",
                "?ERROR ?ARGUMENTS REQUEST      | 0 1 5",
                "\"INTERNAL SERVER ERROR\"      | 4",
                "ERROR -ARGUMENTS               | 0 1 4 6",
                "ERROR -\"Exiting with\"        | 0 1 2 3 4",
                "-ERROR                         | 5",
                "-ERROR -INFO                   | ",
                "\" \"                          | 0 1 2 3 4 5 6",
                "\"\"                           | 0 1 2 3 4 5 6",
                "`                              `| 0 1 2 3 4 5 6",
                "%AUTHORIZED%                   | 1",
                "%^\\[ERROR 4[02]0\\]%          | 0 3",
                "%S$%                           | 2 3",
                "ERROR %-\\d$%                  | 6",
                "-%[0-9]{3}%                    | 5 6",
            })
    void terms_are_found_anywhere_in_a_message(String pattern, String indexes) {
        var parsed = FilterPattern.parse(pattern);
        var found = java.util.stream.IntStream.range(0, LINES.size())
                .filter(i -> parsed.matches(LINES.get(i)))
                .mapToObj(String::valueOf)
                .toList();
        assertThat(String.join(" ", found)).isEqualTo(indexes == null ? "" : indexes.strip());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{ $.eventType = \"UpdateTrail\" }                | true",
                "{$.eventType=UpdateTrail}                        | true",
                "{ $.eventType = \"updatetrail\" }                | false",
                "{ $.eventType = \"Update*\" }                    | true",
                "{ $.eventType = *Trail }                         | true",
                "{ $.eventType = *dateTr* }                       | true",
                "{ $.sourceIPAddress != 123.123.* }               | true",
                "{ $.sourceIPAddress != 111.111.* }               | false",
                "{ $.arrayKey[0] = \"value\" }                    | true",
                "{ $.arrayKey[1] = \"value\" }                    | false",
                "{ $.arrayKey[2] = \"value\" }                    | false",
                "{ $.eventType[0] = \"value\" }                   | false",
                "{ $.eventType = %Trail% }                        | true",
                "{ $.eventType != %Trail% }                       | false",
                "{ $.arrayKey[*] = %val.{2}% }                    | true",
                "{ $.arrayKey[*] = \"another value\" }            | true",
                "{ $.* = %111\\.111\\.111\\.1[0-9]{1,2}% }        | true",
                "{ $.['cluster.name'] = \"c\" }                   | true",
                "{ $['cluster.name'] = \"c\" }                    | true",
                "{ $.cluster.name = \"c\" }                       | false",
                "{ $.objectList[1].id = 2 }                       | true",
                "{ $.objectList[*].id = 2 }                       | true",
                "{ $.objectList[*].id = 3 }                       | false",
                "{ $.SomeObject IS NULL }                         | true",
                "{ $.eventType IS NULL }                          | false",
                "{ $.SomeOtherObject IS NULL }                    | false",
                "{ $.ThisFlag IS TRUE }                           | true",
                "{ $.ThisFlag IS FALSE }                          | false",
                "{ $.NoFlag IS FALSE }                            | true",
                "{ $.SomeOtherObject NOT EXISTS }                 | true",
                "{ $.SomeObject NOT EXISTS }                      | false",
                "{ $.users = 1 }                                  | false",
                "{ $.users != 1 }                                 | false",
                "{ $.missing != 1 }                               | false",
                "{ $.SomeObject = * }                             | false",
                "{ $.latency = * }                                | true",
                "{ $.latency > 500 }                              | true",
                "{ $.latency > +512.5 }                           | false",
                "{ $.latency >= 512.50 }                          | true",
                "{ $.latency < 10e3 }                             | true",
                "{ $.latency <= 5.125e2 }                         | true",
                "{ $.errorCode = 400}                             | true",
                "{ $.errorCode = 4* }                             | true",
                "{ $.errorCode != 500 }                           | true",
                "{ $.number[0] = 1e+3 }                           | true",
                "{ $.number[0] != 1e-3 }                          | true",
                "{ $.text = 400 }                                 | true",
                "{ $.eventType > 5 }                              | false",
                "{ $.user-agent_1 = x }                           | true",
            })
    void conditions_look_into_json(String pattern, boolean matches) {
        assertThat(FilterPattern.parse(pattern).matches(TRAIL)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{ ($.user.id = 1) && ($.users[0].email = \"John.Doe@example.com\") }; true",
                "{ $.user.email = \"John.Stiles@example.com\" || $.coordinates[0][1] = \"nonmatch\" && $.actions[2] = \"nonmatch\" }; true",
                "{ ($.user.email = \"John.Stiles@example.com\" || $.coordinates[0][1] = nonmatch) && $.actions[2] = nomatch }; false",
                "{ ($.user.id = 2 && $.users[0].email = \"nonmatch\") || $.actions[2] = \"GET\" }; false",
                "{ $.coordinates[1][2] = 6 }; true",
                "{ (($.user.id = 1)) }; true",
                "{$.user.id=1&&$.actions[0]=GET||$.user.id=9}; true",
            })
    void conditions_are_put_together(String pattern, boolean matches) {
        assertThat(FilterPattern.parse(pattern).matches(USERS)).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "{broken", "{\"eventType\": }", "", "[1,2"})
    void what_is_no_json_matches_no_condition(String message) {
        assertThat(FilterPattern.parse("{ $.a NOT EXISTS }").matches(message)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "[ip=%127\\.0\\.0\\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]; true",
                "[..., request =*.html*, status_code = 4*, bytes]; true",
                "[..., request =*.html*, status_code = 5*, bytes]; false",
                "[..., request=*.html*, status_code=4*,]; true",
                "[ip, user, ...]; true",
                "[ip, user=Prod, ..., bytes > 1000]; true",
                "[ip, user=Prod, ..., bytes > 2000]; false",
                "[ip, user, username, timestamp, request =*.html*, status_code = 404 || status_code = 410, bytes]; true",
                "[ip, user, username, timestamp, request, status_code = 4* && status_code != 404, bytes]; false",
                "[ip, user, username, timestamp = \"10/Oct/2000:13:25:15 -0700\", request, status_code, bytes]; true",
                "[a, b, c, d, e, f, g, h]; false",
                "[a, b, c, d, e, f, g]; true",
                "[ip != 127.*, ...]; false",
                "[...]; true",
            })
    void fields_of_an_access_log_are_told_apart(String pattern, boolean matches) {
        assertThat(FilterPattern.parse(pattern).matches(ACCESS)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "[w1=ERROR, w2]; ERROR 09/25/2014 12:00:02 Failed to process request; true",
                "[w1=ERROR, w2]; INFO 09/25/2014 12:00:00 GET /service/resource/67 1200; false",
                "[w1=ERROR || w1=WARNING, w2]; WARNING 09/25/2014 12:00:02 Invalid user request; true",
                "[w1!=ERROR && w1!=WARNING, w2]; WARNING 09/25/2014 12:00:02 Invalid user request; false",
                "[w1!=ERROR && w1!=WARNING, w2]; INFO 09/25/2014 12:00:00 GET /service/resource/67 1200; true",
                "[l, date, time, method, url=%/service/resource/[0-9]+$%, ms]; INFO 09/25/2014 12:00:00 GET /service/resource/67 1200; true",
                "[l, date, time, method, url=%/service/resource/[0-9]+$%, ms]; INFO 09/25/2014 12:00:01 POST /service/resource/67/part/111 1310; false",
                "[l, date, time, method, url=%/service/resource/[0-9]+/part/[0-9]+$%, ms]; INFO 09/25/2014 12:00:01 POST /service/resource/67/part/111 1310; true",
            })
    void words_are_matched_in_order(String pattern, String message, boolean matches) {
        assertThat(FilterPattern.parse(pattern).matches(message)).isEqualTo(matches);
    }

    @Test
    void fields_are_extracted_by_name_or_by_place() {
        var pattern = FilterPattern.parse("[..., request=*.html*, status_code=4*,]");
        assertThat(pattern.extract(ACCESS))
                .isEqualTo(Map.of(
                        "$1", "127.0.0.1",
                        "$2", "Prod",
                        "$3", "frank",
                        "$4", "10/Oct/2000:13:25:15 -0700",
                        "$request", "GET /index.html HTTP/1.0",
                        "$status_code", "404",
                        "$7", "1534"));
    }

    @Test
    void values_that_conditions_point_to_are_extracted() {
        assertThat(FilterPattern.parse("{ $.eventType = * && $.latency > 1 }").extract(TRAIL))
                .isEqualTo(Map.of("$.eventType", "UpdateTrail", "$.latency", "512.5"));
        assertThat(FilterPattern.parse("ERROR").extract("ERROR")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ $.a = }",
                "{ $.a 5 }",
                "{ $.a = 1",
                "{ $.a = 1 } x",
                "{ a = 1 }",
                "{ $. = 1 }",
                "{ $.a[x] = 1 }",
                "{ $.a[99999999999] = 1 }",
                "{ $.a IS MAYBE }",
                "{ $.a NOT 5 }",
                "{ $.a > \"x\" }",
                "{ $.a > x }",
                "{ ($.a = 1 }",
                "{ $.a = 1 && }",
                "{ $.*.* = 1 }",
                "{ $.a[*] = 1 || $.b[*] = 1 || $.c[*] = 1 || $.d[*] = 1 }",
                "{ $.a = %x% || $.b = %y% || $.c = %z% }",
                "{}",
                "{ $.a = \"open }",
                "[a, b",
                "[..., ...]",
                "[a = ]",
                "[a] b",
                "\"open",
                "%open",
                "%%",
                "%some(thing)%",
                "%something!%",
                "%é%",
                "%[abc%",
                "%[z-a]%",
                "%a{3,2}%",
                "%a{1001}%",
                "%a{99999}%",
                "%*a%",
                "%a$b%",
                "%\\xZZ%",
                "%\\q%",
                "?",
                "-",
            })
    void what_is_no_pattern_is_refused(String pattern) {
        assertThatThrownBy(() -> FilterPattern.parse(pattern)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void parentheses_are_bounded() {
        var nested = "{ " + "(".repeat(500) + "$.a = 1" + ")".repeat(500) + " }";
        assertThatThrownBy(() -> FilterPattern.parse(nested)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void deeply_nested_messages_do_no_harm() {
        var message = "[".repeat(500_000);
        assertThat(FilterPattern.parse("{ $.a = 1 }").matches(message)).isFalse();
        assertThat(FilterPattern.parse("{ $.a = 1 }").matches("{\"a\":" + message))
                .isFalse();
    }

    @Test
    @Timeout(20)
    void hostile_patterns_and_messages_take_bounded_time() {
        var message = "a".repeat(200_000);
        assertThat(FilterPattern.parse("%a*a*a*a*a*a*a*a*a*a*a*a*b%").matches(message))
                .isFalse();
        assertThat(FilterPattern.parse("%a{1,400}b%").matches(message)).isFalse();
        assertThat(FilterPattern.parse("{ $.a = \"*a*a*a*a*a*a*a*a*b\" }").matches("{\"a\":\"" + message + "\"}"))
                .isFalse();
        assertThat(FilterPattern.parse("{ $.a > 1e999999 }").matches("{\"a\":1e999998}"))
                .isFalse();
        assertThat(FilterPattern.parse("{ $.a > 1 }").matches("{\"a\":" + "9".repeat(200_000) + "}"))
                .isFalse();
    }
}
