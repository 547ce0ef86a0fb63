package dev.tsumuji.logs.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegexModelTest {
    private static final String[] ATOMS = {
        "a", "b", "c", ".", "[ab]", "[^a]", "[a-c]", "\\d", "\\w", "\\s", "\\.", "\\x61", "[.\\d]", "\\W", "0"
    };
    private static final String[] COUNTS = {"", "", "", "?", "*", "+", "{2}", "{1,3}", "{0,2}", "{2,}"};

    @Test
    void agrees_with_the_jdk_on_the_language_they_share() {
        long seed = Long.getLong("seed", System.nanoTime());
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 20_000; i++) {
            var expression = expression(random);
            var text = text(random);
            // DOTALL and no multi-line mode: $ is the very end here
            var expected = Pattern.compile(expression.replace("$", "\\z"), Pattern.DOTALL)
                    .matcher(text)
                    .find();
            assertThat(Regex.parse(expression).find(text))
                    .as("%s in '%s', seed %d", expression, text, seed)
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = ' ',
            value = {
                "^[hc]at hat true",
                "^[hc]at that false",
                "[hc]at$ that true",
                "[hc]at$ hats false",
                "colou?r color true",
                "gra|ey grey true",
                "^start|^init reinit false",
                "abcc|ab[^c]$ aba true",
                "abcc|ab[^c]$ aac false",
                "\\[.\\] [@] true",
                "ab*c ac true",
                "ab+c ac false",
                "\\x3A a:b true",
                "10\\.10\\.0\\.1 10010,051 false",
                "10.10.0.1 10010,051 true",
                "a{3,5} aa false",
            })
    void documented_examples(String expression, String text, boolean found) {
        assertThat(Regex.parse(expression).find(text)).isEqualTo(found);
    }

    private static String expression(SplittableRandom random) {
        var expression = new StringBuilder();
        int alternatives = 1 + random.nextInt(3);
        for (int a = 0; a < alternatives; a++) {
            expression.append(a > 0 ? "|" : "").append(random.nextInt(5) == 0 ? "^" : "");
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                expression.append(ATOMS[random.nextInt(ATOMS.length)]).append(COUNTS[random.nextInt(COUNTS.length)]);
            }
            expression.append(random.nextInt(5) == 0 ? "$" : "");
        }
        return expression.toString();
    }

    private static String text(SplittableRandom random) {
        var text = new StringBuilder();
        for (int n = random.nextInt(12); n > 0; n--) {
            text.append("abc0.é \n".charAt(random.nextInt(8)));
        }
        return text.toString();
    }
}
