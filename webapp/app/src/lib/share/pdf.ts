// PDF files as pictures of their pages. The reader's code and its worker come when they are needed; a
// document never becomes one of this page's origin, and its scripts, links and forms stay out.
import { GlobalWorkerOptions, getDocument, type PDFDocumentProxy, type RenderTask } from 'pdfjs-dist';
import worker from 'pdfjs-dist/build/pdf.worker.min.mjs?url';

GlobalWorkerOptions.workerSrc = worker;

export class Pages {
  #task: RenderTask | undefined;

  private constructor(private readonly document: PDFDocumentProxy) {}

  // open reads as much as the first page needs; the rest of the file stays with the server.
  static async open(url: string, headers: Record<string, string>): Promise<Pages> {
    const document = await getDocument({ url, httpHeaders: headers, disableAutoFetch: true, disableStream: true, enableXfa: false, useWasm: false, stopAtErrors: false, verbosity: 0 }).promise;
    return new Pages(document);
  }

  get count(): number {
    return this.document.numPages;
  }

  // draw puts page n, from 1, on a canvas of that width in CSS pixels. It gives up what it drew before.
  async draw(n: number, canvas: HTMLCanvasElement, width: number): Promise<void> {
    this.#task?.cancel();
    const page = await this.document.getPage(n);
    const natural = page.getViewport({ scale: 1 });
    const dense = Math.min(2, devicePixelRatio || 1);
    const viewport = page.getViewport({ scale: Math.min(4, (width / natural.width) * dense) });
    canvas.width = Math.floor(viewport.width);
    canvas.height = Math.floor(viewport.height);
    this.#task = page.render({ canvas, viewport });
    await this.#task.promise;
  }

  close(): void {
    this.#task?.cancel();
    void this.document.loadingTask.destroy();
  }
}

// cancelled tells that a drawing was given up for another.
export const cancelled = (err: unknown): boolean => err instanceof Error && err.name === 'RenderingCancelledException';
