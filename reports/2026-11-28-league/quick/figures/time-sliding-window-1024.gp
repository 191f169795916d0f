set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
time per call
512
1K
2K
4K
8K
1 ms
10 ms
100 ms
sliding-window(1024)
ggml/flash-window(1024)
jax/dpa-window(1024)
onnxruntime/gqa-window(1024)
openvino/sdpa-mask-window(1024)
torch/sdpa-mask-window(1024)
torch/sdpa-slices-window(1024)
torch-avx512/sdpa-slices-window(1024)
∝ n
∝ n²
sequence length n (tokens)
sliding-window(1024): Time per call by sequence length: 1
of 8 growth laws match theory
One call, causal, float32, d = 128, 1 head, one core. Points: medians with 95 % intervals. Lines: c · pairs^{β} + a, fitted
over the exact pairs of each mask. β: 1.01 ± 0.03 for sliding-window(1024); 1.2 ± 0.2 for ggml/flash-window(1024)
(deviates); 1.5 ± 0.7 for jax/dpa-window(1024) (undecided); 1.6 ± 0.3 for onnxruntime/gqa-window(1024) (deviates); 4
more do not match theory.
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'time_sliding_window_1024' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'time-sliding-window-1024.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[21].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label '{/:Bold '.$texts[22].'}' at screen 0.0194, screen 0.9014 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[23] at screen 0.0194, screen 0.8575 left font ',11.5' tc rgb '#595959'
set label $texts[24] at screen 0.0194, screen 0.8263 left font ',11.5' tc rgb '#595959'
set label $texts[25] at screen 0.0194, screen 0.7950 left font ',11.5' tc rgb '#595959'
set label $texts[26] at screen 0.0194, screen 0.7638 left font ',11.5' tc rgb '#595959'
set label $texts[20] at screen 0.3603, screen 0.0333 center font ',11.5' tc rgb '#595959'
set logscale x 2
set logscale y 10
set xrange [465:8196.096]
set yrange [207712.7:7.75993e+08]
set xtics ($texts[2] 512, $texts[3] 1024, $texts[4] 2048, $texts[5] 4096, $texts[6] 8192)
set ytics ($texts[7] 1000000, $texts[8] 1e+07, $texts[9] 1e+08)
set lmargin at screen 0.0959
set rmargin at screen 0.6247
set bmargin at screen 0.1167
set tmargin at screen 0.6846
set label $texts[1] at screen 0.0194, screen 0.7200 left font ',11.5' tc rgb '#595959'
set label $texts[10] at screen 0.6608, screen 0.4048 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.6330, screen 0.4234 to screen 0.6552, screen 0.4048 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[11] at screen 0.6608, screen 0.5610 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.6330, screen 0.5227 to screen 0.6552, screen 0.5610 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[12] at screen 0.6608, screen 0.6235 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.6330, screen 0.5876 to screen 0.6552, screen 0.6235 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[13] at screen 0.6608, screen 0.4673 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.6330, screen 0.4969 to screen 0.6552, screen 0.4673 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[14] at screen 0.6608, screen 0.4985 left font ',11.5' tc rgb '#E69F00'
set arrow from screen 0.6330, screen 0.5160 to screen 0.6552, screen 0.4985 nohead lt 1 dt 1 lw 0.5 lc rgb '#E69F00' back
set label $texts[15] at screen 0.6608, screen 0.5923 left font ',11.5' tc rgb '#56B4E9'
set arrow from screen 0.6330, screen 0.5810 to screen 0.6552, screen 0.5923 nohead lt 1 dt 1 lw 0.5 lc rgb '#56B4E9' back
set label $texts[16] at screen 0.6608, screen 0.5298 left font ',11.5' tc rgb '#000000'
set arrow from screen 0.6330, screen 0.5160 to screen 0.6552, screen 0.5298 nohead lt 1 dt 1 lw 0.5 lc rgb '#000000' back
set label $texts[17] at screen 0.6608, screen 0.4360 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.6330, screen 0.4696 to screen 0.6552, screen 0.4360 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[18] at screen 0.2879, screen 0.5231 left font ',11.5' tc rgb '#595959'
set label $texts[19] at screen 0.2879, screen 0.5825 left font ',11.5' tc rgb '#595959'
plot 'time-sliding-window-1024.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#0072B2', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#D55E00', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#009E73', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 5 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#CC79A7', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 6 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#E69F00', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 7 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#56B4E9', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 8 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#000000', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 9 ? $4 : NaN):5 with lines dt 1 lw 1 lc rgb '#0072B2', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 10 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#0072B2', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 10 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#0072B2', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 11 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#D55E00', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 11 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 12 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#009E73', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 12 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#009E73', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 13 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#CC79A7', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 13 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#CC79A7', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 14 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#E69F00', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 14 ? $4 : NaN):5 with points pt 11 ps 0.54*mark lc rgb '#E69F00', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 15 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#56B4E9', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 15 ? $4 : NaN):5 with points pt 15 ps 0.54*mark lc rgb '#56B4E9', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 16 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#000000', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 16 ? $4 : NaN):5 with points pt 7 ps 0.54*mark lc rgb '#000000', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 17 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#0072B2', \
  'time-sliding-window-1024.csv' skip 1 using ($1 == 17 ? $4 : NaN):5 with points pt 5 ps 0.54*mark lc rgb '#0072B2'
unset output
unset label
unset arrow
unset logscale
}
