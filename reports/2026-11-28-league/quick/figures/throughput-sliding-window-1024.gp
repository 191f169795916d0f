set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
useful GFLOP/s
512
1K
2K
4K
8K
0
100
200
sliding-window(1024)
ggml/flash-window(1024)
jax/dpa-window(1024)
onnxruntime/gqa-window(1024)
openvino/sdpa-mask-window(1024)
torch/sdpa-mask-window(1024)
torch/sdpa-slices-window(1024)
torch-avx512/sdpa-slices-window(1024)
peak: 271 GFLOP/s
sequence length n (tokens)
sliding-window(1024): sliding-window(1024) does useful work at 84 % of the
measured peak, torch/sdpa-mask-window(1024) at 2.9 %
GFLOP/s over the pairs that the mask allows (4·d·pairs; masked pairs are not counted), causal, float32, d = 128,
1 head, one core. Medians with 95 % intervals; the peak is measured in the same run.
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'throughput_sliding_window_1024' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'throughput-sliding-window-1024.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[20].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label '{/:Bold '.$texts[21].'}' at screen 0.0194, screen 0.9014 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[22] at screen 0.0194, screen 0.8575 left font ',11.5' tc rgb '#595959'
set label $texts[23] at screen 0.0194, screen 0.8263 left font ',11.5' tc rgb '#595959'
set label $texts[19] at screen 0.3454, screen 0.0333 center font ',11.5' tc rgb '#595959'
set logscale x 2
set xrange [465:8196.096]
set yrange [0:292.365]
set xtics ($texts[2] 512, $texts[3] 1024, $texts[4] 2048, $texts[5] 4096, $texts[6] 8192)
set ytics ($texts[7] 0, $texts[8] 100, $texts[9] 200)
set lmargin at screen 0.0661
set rmargin at screen 0.6247
set bmargin at screen 0.1167
set tmargin at screen 0.7471
set label $texts[1] at screen 0.0194, screen 0.7825 left font ',11.5' tc rgb '#595959'
set label $texts[10] at screen 0.6608, screen 0.6080 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.6330, screen 0.6080 to screen 0.6552, screen 0.6080 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[11] at screen 0.6608, screen 0.2500 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.6330, screen 0.1962 to screen 0.6552, screen 0.2500 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[12] at screen 0.6608, screen 0.1562 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.6330, screen 0.1356 to screen 0.6552, screen 0.1562 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[13] at screen 0.6608, screen 0.2188 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.6330, screen 0.1949 to screen 0.6552, screen 0.2188 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[14] at screen 0.6608, screen 0.1875 left font ',11.5' tc rgb '#E69F00'
set arrow from screen 0.6330, screen 0.1689 to screen 0.6552, screen 0.1875 nohead lt 1 dt 1 lw 0.5 lc rgb '#E69F00' back
set label $texts[15] at screen 0.6608, screen 0.1250 left font ',11.5' tc rgb '#56B4E9'
set arrow from screen 0.6330, screen 0.1335 to screen 0.6552, screen 0.1250 nohead lt 1 dt 1 lw 0.5 lc rgb '#56B4E9' back
set label $texts[16] at screen 0.6608, screen 0.2812 left font ',11.5' tc rgb '#000000'
set arrow from screen 0.6330, screen 0.2410 to screen 0.6552, screen 0.2812 nohead lt 1 dt 1 lw 0.5 lc rgb '#000000' back
set label $texts[17] at screen 0.6608, screen 0.3556 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.6330, screen 0.3556 to screen 0.6552, screen 0.3556 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[18] at screen 0.6608, screen 0.7004 left font ',11.5' tc rgb '#595959'
set arrow from screen 0.6330, screen 0.7004 to screen 0.6552, screen 0.7004 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
plot 'throughput-sliding-window-1024.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with lines dt 1 lw 1.75 lc rgb '#0072B2', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with lines dt 1 lw 1.575 lc rgb '#D55E00', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with lines dt 1 lw 1.4 lc rgb '#009E73', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with lines dt 1 lw 1.225 lc rgb '#CC79A7', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 5 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#E69F00', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 6 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#56B4E9', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 7 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#000000', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 8 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#0072B2', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 9 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#0072B2', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 9 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#0072B2', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 10 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#D55E00', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 10 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 11 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#009E73', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 11 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#009E73', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 12 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#CC79A7', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 12 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#CC79A7', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 13 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#E69F00', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 13 ? $4 : NaN):5 with points pt 11 ps 0.54*mark lc rgb '#E69F00', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 14 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#56B4E9', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 14 ? $4 : NaN):5 with points pt 15 ps 0.54*mark lc rgb '#56B4E9', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 15 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#000000', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 15 ? $4 : NaN):5 with points pt 7 ps 0.54*mark lc rgb '#000000', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 16 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#0072B2', \
  'throughput-sliding-window-1024.csv' skip 1 using ($1 == 16 ? $4 : NaN):5 with points pt 5 ps 0.54*mark lc rgb '#0072B2'
unset output
unset label
unset arrow
unset logscale
}
