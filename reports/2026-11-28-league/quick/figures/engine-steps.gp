set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
share of the measured read bandwidth (%)
8K
16K
32K
0
50
100
decode-full
torch-avx512/decode-grouped
torch/decode-grouped
onnxruntime/gqa-decode
ggml/decode
jax/dpa-decode
openvino/decode
cached tokens n
decode-full is the fastest of 7 engines at 32K cached tokens;
torch-avx512/decode-grouped takes 2.2× [2.1, 2.4] its time
one step, causal, float32, d = 128, 32:8 heads. The least bytes that a step must read and write, over its time and over
the read bandwidth of memory that was measured on the same cores; above 100 % a cache held them. The fastest
kernel of each engine. Medians with 95 % intervals.
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'engine_steps' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'engine-steps.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[16].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label '{/:Bold '.$texts[17].'}' at screen 0.0194, screen 0.9014 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[18] at screen 0.0194, screen 0.8575 left font ',11.5' tc rgb '#595959'
set label $texts[19] at screen 0.0194, screen 0.8263 left font ',11.5' tc rgb '#595959'
set label $texts[20] at screen 0.0194, screen 0.7950 left font ',11.5' tc rgb '#595959'
set label $texts[15] at screen 0.3867, screen 0.0333 center font ',11.5' tc rgb '#595959'
set logscale x 2
set xrange [7447:32784.38]
set yrange [0:105.3074]
set xtics ($texts[2] 8192, $texts[3] 16384, $texts[4] 32768)
set ytics ($texts[5] 0, $texts[6] 50, $texts[7] 100)
set lmargin at screen 0.0661
set rmargin at screen 0.7073
set bmargin at screen 0.1167
set tmargin at screen 0.7158
set label $texts[1] at screen 0.0194, screen 0.7513 left font ',11.5' tc rgb '#595959'
set label $texts[8] at screen 0.7434, screen 0.5906 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.7156, screen 0.5906 to screen 0.7378, screen 0.5906 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[9] at screen 0.7434, screen 0.3324 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.7156, screen 0.3324 to screen 0.7378, screen 0.3324 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[10] at screen 0.7434, screen 0.2614 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.7156, screen 0.2614 to screen 0.7378, screen 0.2614 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[11] at screen 0.7434, screen 0.2266 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.7156, screen 0.2266 to screen 0.7378, screen 0.2266 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[12] at screen 0.7434, screen 0.1875 left font ',11.5' tc rgb '#E69F00'
set arrow from screen 0.7156, screen 0.1564 to screen 0.7378, screen 0.1875 nohead lt 1 dt 1 lw 0.5 lc rgb '#E69F00' back
set label $texts[13] at screen 0.7434, screen 0.1562 left font ',11.5' tc rgb '#56B4E9'
set arrow from screen 0.7156, screen 0.1395 to screen 0.7378, screen 0.1562 nohead lt 1 dt 1 lw 0.5 lc rgb '#56B4E9' back
set label $texts[14] at screen 0.7434, screen 0.1250 left font ',11.5' tc rgb '#000000'
set arrow from screen 0.7156, screen 0.1288 to screen 0.7378, screen 0.1250 nohead lt 1 dt 1 lw 0.5 lc rgb '#000000' back
plot 'engine-steps.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines dt 1 lw 1.75 lc rgb '#0072B2', \
  'engine-steps.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with lines dt 1 lw 1.575 lc rgb '#D55E00', \
  'engine-steps.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with lines dt 1 lw 1.4 lc rgb '#009E73', \
  'engine-steps.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with lines dt 1 lw 1.225 lc rgb '#CC79A7', \
  'engine-steps.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#E69F00', \
  'engine-steps.csv' skip 1 using ($1 == 5 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#56B4E9', \
  'engine-steps.csv' skip 1 using ($1 == 6 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#000000', \
  'engine-steps.csv' skip 1 using ($1 == 7 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#0072B2', \
  'engine-steps.csv' skip 1 using ($1 == 7 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#0072B2', \
  'engine-steps.csv' skip 1 using ($1 == 8 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#D55E00', \
  'engine-steps.csv' skip 1 using ($1 == 8 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00', \
  'engine-steps.csv' skip 1 using ($1 == 9 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#009E73', \
  'engine-steps.csv' skip 1 using ($1 == 9 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#009E73', \
  'engine-steps.csv' skip 1 using ($1 == 10 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#CC79A7', \
  'engine-steps.csv' skip 1 using ($1 == 10 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#CC79A7', \
  'engine-steps.csv' skip 1 using ($1 == 11 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#E69F00', \
  'engine-steps.csv' skip 1 using ($1 == 11 ? $4 : NaN):5 with points pt 11 ps 0.54*mark lc rgb '#E69F00', \
  'engine-steps.csv' skip 1 using ($1 == 12 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#56B4E9', \
  'engine-steps.csv' skip 1 using ($1 == 12 ? $4 : NaN):5 with points pt 15 ps 0.54*mark lc rgb '#56B4E9', \
  'engine-steps.csv' skip 1 using ($1 == 13 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#000000', \
  'engine-steps.csv' skip 1 using ($1 == 13 ? $4 : NaN):5 with points pt 7 ps 0.54*mark lc rgb '#000000'
unset output
unset label
unset arrow
unset logscale
}
