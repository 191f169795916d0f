set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
time per token
8K
16K
32K
10 ms
100 ms
decode-full
ggml/decode
jax/dpa-decode
onnxruntime/gqa-decode
openvino/decode
torch/decode-grouped
torch/decode-gqa
torch-avx512/decode-grouped
cached tokens n
Time per token by context
One step of one token, causal, float32, d = 128, 32 query heads, 8 KV heads, one core. Points: medians with 95 %
intervals. Lines: c · bytes^{β} + a, fitted over the bytes that a step must read; constant where these do not grow.
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'decode' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'decode.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[16].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[17] at screen 0.0194, screen 0.9027 left font ',11.5' tc rgb '#595959'
set label $texts[18] at screen 0.0194, screen 0.8715 left font ',11.5' tc rgb '#595959'
set label $texts[15] at screen 0.4016, screen 0.0333 center font ',11.5' tc rgb '#595959'
set logscale x 2
set logscale y 10
set xrange [7447:32784.38]
set yrange [1077749:4.371274e+08]
set xtics ($texts[2] 8192, $texts[3] 16384, $texts[4] 32768)
set ytics ($texts[5] 1e+07, $texts[6] 1e+08)
set lmargin at screen 0.0959
set rmargin at screen 0.7073
set bmargin at screen 0.1167
set tmargin at screen 0.7923
set label $texts[1] at screen 0.0194, screen 0.8277 left font ',11.5' tc rgb '#595959'
set label $texts[7] at screen 0.7434, screen 0.3343 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.7156, screen 0.3343 to screen 0.7378, screen 0.3343 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[8] at screen 0.7434, screen 0.6239 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.7156, screen 0.6133 to screen 0.7378, screen 0.6239 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[9] at screen 0.7434, screen 0.6756 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.7156, screen 0.6756 to screen 0.7378, screen 0.6756 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[10] at screen 0.7434, screen 0.4989 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.7156, screen 0.4987 to screen 0.7378, screen 0.4989 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[11] at screen 0.7434, screen 0.7467 left font ',11.5' tc rgb '#E69F00'
set arrow from screen 0.7156, screen 0.7467 to screen 0.7378, screen 0.7467 nohead lt 1 dt 1 lw 0.5 lc rgb '#E69F00' back
set label $texts[12] at screen 0.7434, screen 0.4676 left font ',11.5' tc rgb '#56B4E9'
set arrow from screen 0.7156, screen 0.4677 to screen 0.7378, screen 0.4676 nohead lt 1 dt 1 lw 0.5 lc rgb '#56B4E9' back
set label $texts[13] at screen 0.7434, screen 0.5926 left font ',11.5' tc rgb '#000000'
set arrow from screen 0.7156, screen 0.6032 to screen 0.7378, screen 0.5926 nohead lt 1 dt 1 lw 0.5 lc rgb '#000000' back
set label $texts[14] at screen 0.7434, screen 0.4228 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.7156, screen 0.4228 to screen 0.7378, screen 0.4228 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
plot 'decode.csv' skip 1 using ($1 == 0 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#0072B2', \
  'decode.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#0072B2', \
  'decode.csv' skip 1 using ($1 == 1 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#D55E00', \
  'decode.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00', \
  'decode.csv' skip 1 using ($1 == 2 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#009E73', \
  'decode.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#009E73', \
  'decode.csv' skip 1 using ($1 == 3 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#CC79A7', \
  'decode.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#CC79A7', \
  'decode.csv' skip 1 using ($1 == 4 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#E69F00', \
  'decode.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with points pt 11 ps 0.54*mark lc rgb '#E69F00', \
  'decode.csv' skip 1 using ($1 == 5 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#56B4E9', \
  'decode.csv' skip 1 using ($1 == 5 ? $4 : NaN):5 with points pt 15 ps 0.54*mark lc rgb '#56B4E9', \
  'decode.csv' skip 1 using ($1 == 6 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#000000', \
  'decode.csv' skip 1 using ($1 == 6 ? $4 : NaN):5 with points pt 7 ps 0.54*mark lc rgb '#000000', \
  'decode.csv' skip 1 using ($1 == 7 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#0072B2', \
  'decode.csv' skip 1 using ($1 == 7 ? $4 : NaN):5 with points pt 5 ps 0.54*mark lc rgb '#0072B2'
unset output
unset label
unset arrow
unset logscale
}
