package dev.tsumuji.conformance;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;

/** Pages of a newspaper that never was. */
final class PaperPages {
    private static final int WIDTH = 768;
    private static final int HEIGHT = 1024;

    private PaperPages() {}

    /** An image of three by four tiles, different for each number. */
    static byte[] png(int number) throws IOException {
        var image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        var on = image.createGraphics();
        on.setPaint(new GradientPaint(0, 0, Color.WHITE, WIDTH, HEIGHT, new Color(number * 7919 & 0xffffff)));
        on.fillRect(0, 0, WIDTH, HEIGHT);
        on.setColor(Color.BLACK);
        for (int row = 1; row < 16; row++) {
            on.fillRect(40, row * 60, 40 + (number * 31 + row * 97) % 600, 20);
        }
        on.dispose();
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    static byte[] pdf(int pages) throws IOException {
        try (var document = new PDDocument()) {
            for (int number = 1; number <= pages; number++) {
                var page = new PDPage(new PDRectangle(200, 300));
                document.addPage(page);
                try (var content = new PDPageContentStream(document, page)) {
                    content.setNonStrokingColor(0.2f * number, 0.4f, 0.6f);
                    content.addRect(20, 20, 100 + 10 * number, 200);
                    content.fill();
                }
            }
            var bytes = new ByteArrayOutputStream();
            document.save(bytes);
            return bytes.toByteArray();
        }
    }
}
