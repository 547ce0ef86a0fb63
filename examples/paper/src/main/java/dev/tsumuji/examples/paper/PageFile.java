package dev.tsumuji.examples.paper;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.rendering.ImageType;
import org.apache.pdfbox.rendering.PDFRenderer;

/** The pages in a file: a PDF's, or the one of a PNG or JPEG image. */
final class PageFile {
    /** A newspaper's page is about 1,700 by 2,500 pixels then. */
    private static final float DOTS_PER_INCH = 110;

    private PageFile() {}

    @FunctionalInterface
    interface PageVisitor {
        /** @param number 1 for the first page */
        void page(int number, BufferedImage image) throws IOException;
    }

    /**
     * Visits one page after the other, so that only one is in memory.
     *
     * @return how many there were
     * @throws IOException when the file is neither
     */
    static int forEach(String name, byte[] file, PageVisitor visitor) throws IOException {
        if (name.toLowerCase(Locale.ROOT).endsWith(".pdf")) {
            return pdf(file, visitor);
        }
        var image = ImageIO.read(new ByteArrayInputStream(file));
        if (image == null) {
            throw new IOException(name + " is neither a PDF nor an image");
        }
        visitor.page(1, image);
        return 1;
    }

    private static int pdf(byte[] file, PageVisitor visitor) throws IOException {
        try (var document = Loader.loadPDF(file)) {
            var renderer = new PDFRenderer(document);
            for (int page = 0; page < document.getNumberOfPages(); page++) {
                visitor.page(page + 1, renderer.renderImageWithDPI(page, DOTS_PER_INCH, ImageType.RGB));
            }
            return document.getNumberOfPages();
        }
    }
}
